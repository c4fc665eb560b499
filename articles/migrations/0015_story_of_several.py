from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    # Built beside those who write stories, who are not made to wait.
    atomic = False

    dependencies = [
        ('articles', '0014_installation'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='story',
            index=models.Index(condition=models.Q(('source_count__gte', 2)), fields=['id'], include=('last_at',), name='story_of_several'),
        ),
    ]
