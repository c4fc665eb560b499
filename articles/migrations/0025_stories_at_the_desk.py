import django.contrib.postgres.fields
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    # What it was called before others came in between.
    replaces = [('articles', '0022_stories_at_the_desk')]

    # Built beside those who write stories, who are not made to wait.
    atomic = False

    dependencies = [
        ('articles', '0024_source_days'),
    ]

    operations = [
        migrations.AddField(
            model_name='story',
            name='pinned_in',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), db_default=[], default=list, editable=False, size=None),
        ),
        AddIndexConcurrently(
            model_name='story',
            index=models.Index(condition=models.Q(('pinned_until__isnull', False)), fields=['pinned_until'], name='story_pinned'),
        ),
        AddIndexConcurrently(
            model_name='story',
            index=models.Index(condition=models.Q(('hidden_at__isnull', False)), fields=['id'], name='story_hidden'),
        ),
    ]
