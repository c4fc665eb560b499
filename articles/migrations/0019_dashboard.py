from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models.functions import Now


class Migration(migrations.Migration):

    # What it was called before others came in between.
    replaces = [('articles', '0018_dashboard')]

    # Indexes are built beside those who write, who are not made to wait.
    atomic = False

    dependencies = [
        ('articles', '0018_audit'),
    ]

    operations = [
        # Without a default at first: when the sources that are there were added is not known.
        migrations.AddField(
            model_name='source',
            name='added_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='added'),
        ),
        migrations.AlterField(
            model_name='source',
            name='added_at',
            field=models.DateTimeField(db_default=Now(), editable=False, null=True, verbose_name='added'),
        ),
        AddIndexConcurrently(
            model_name='article',
            index=models.Index(fields=['fetched_at'], name='article_by_arrival'),
        ),
        AddIndexConcurrently(
            model_name='article',
            index=models.Index(condition=models.Q(('grouping_error__gt', '')), fields=['language'], name='article_set_apart'),
        ),
        AddIndexConcurrently(
            model_name='story',
            index=models.Index(fields=['first_at'], name='story_by_begin'),
        ),
        AddIndexConcurrently(
            model_name='correction',
            index=models.Index(fields=['made_at'], name='correction_by_time'),
        ),
    ]
