from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    # What it was called before others came in between.
    replaces = [('articles', '0016_source_times')]

    # Built beside those who write articles, who are not made to wait.
    atomic = False

    dependencies = [
        ('articles', '0016_desk'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='article',
            index=models.Index(fields=['source', '-published_at', '-id'], include=('copy_of',), name='article_of_source'),
        ),
        RemoveIndexConcurrently(model_name='article', name='article_by_source_time'),
    ]
