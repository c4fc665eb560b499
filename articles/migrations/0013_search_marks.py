import articles.models.articles
import django.contrib.postgres.indexes
import django.db.models.functions.text
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models

# Days and spans of 32 days are counted from 1970, in UTC.
MARKED = """
CREATE FUNCTION article_search_marked(
    search tsvector, source bigint, topic bigint, published timestamptz
) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT search || array_to_tsvector(ARRAY[
        'source ' || source,
        'topic ' || coalesce(topic, 0),
        'day ' || floor(extract(epoch FROM published AT TIME ZONE 'UTC') / 86400)::bigint,
        'span ' || floor(extract(epoch FROM published AT TIME ZONE 'UTC') / 2764800)::bigint
    ])
$$;
"""
NO_MARKED = "DROP FUNCTION article_search_marked(tsvector, bigint, bigint, timestamptz);"


class Migration(migrations.Migration):
    # The new index is built beside the old one, while articles are read and stored.
    atomic = False

    dependencies = [
        ('articles', '0012_story_digests'),
    ]

    operations = [
        migrations.RunSQL(MARKED, NO_MARKED),
        AddIndexConcurrently(
            model_name='article',
            index=django.contrib.postgres.indexes.GinIndex(articles.models.articles.SearchMarks('search', 'source', 'topic', 'published_at'), name='article_search_marked'),
        ),
        RemoveIndexConcurrently(model_name='article', name='article_search_gin'),
        AddIndexConcurrently(
            model_name='source',
            index=models.Index(django.contrib.postgres.indexes.OpClass(django.db.models.functions.text.Upper('name'), name='text_pattern_ops'), name='source_by_name_begun'),
        ),
    ]
