from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
import django.db.models.deletion


class Migration(migrations.Migration):

    # What it was called before others came in between.
    replaces = [('articles', '0021_followups')]

    # Built beside those who write articles, who are not made to wait.
    atomic = False

    dependencies = [
        ('articles', '0021_imports'),
    ]

    operations = [
        migrations.CreateModel(
            name='FollowUp',
            fields=[
                ('source', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='follow_up', serialize=False, to='articles.source')),
                ('asked_at', models.DateTimeField()),
                ('published_at', models.DateTimeField(null=True)),
                ('article', models.BigIntegerField(null=True)),
            ],
            options={'ordering': ['asked_at']},
        ),
        AddIndexConcurrently(
            model_name='source',
            index=models.Index(condition=models.Q(('muted_until__isnull', False)), fields=['muted_until'], name='source_muted'),
        ),
        AddIndexConcurrently(
            model_name='article',
            index=models.Index(condition=models.Q(('withheld', ''), _negated=True), fields=['source', 'id'], name='article_withheld'),
        ),
    ]
