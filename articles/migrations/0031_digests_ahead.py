import django.db.models.functions.datetime
from django.db import migrations, models

CARRY_OVER = """
UPDATE articles_story AS story SET digested_at = digest.changed_at
FROM articles_digest AS digest WHERE digest.story_id = story.id
"""
# Rows that both statements change have checks pending, beside which no column can be altered.
FILL = """
UPDATE articles_story SET changed_at = coalesce(last_at, now()) WHERE changed_at IS NULL;
SET CONSTRAINTS ALL IMMEDIATE
"""


class Migration(migrations.Migration):

    dependencies = [
        ('articles', '0030_fewer_indexes_of_placements'),
    ]

    operations = [
        migrations.AddField(
            model_name='story',
            name='digested_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.RunSQL(CARRY_OVER, migrations.RunSQL.noop),
        migrations.RemoveField(
            model_name='digest',
            name='changed_at',
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name='story',
            name='changed_at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
        ),
        migrations.AddIndex(
            model_name='story',
            index=models.Index(condition=models.Q(('source_count__gte', 2), models.Q(('digested_at', models.F('changed_at')), _negated=True)), fields=['-rank'], name='story_to_digest'),
        ),
    ]
