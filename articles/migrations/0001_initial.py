import articles.models.articles
import datetime
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


# Text search in the article's own language. Immutable, because the search column is generated
# from it: the names of the configurations are spelled out and never looked up by search path.
# A function that calls another brings its search path: pg_restore works with an empty one.
SEARCH = """
CREATE FUNCTION article_search_config(language text) RETURNS regconfig
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE language
        WHEN 'ar' THEN 'pg_catalog.arabic'::regconfig
        WHEN 'da' THEN 'pg_catalog.danish'::regconfig
        WHEN 'de' THEN 'pg_catalog.german'::regconfig
        WHEN 'en' THEN 'pg_catalog.english'::regconfig
        WHEN 'es' THEN 'pg_catalog.spanish'::regconfig
        WHEN 'fi' THEN 'pg_catalog.finnish'::regconfig
        WHEN 'fr' THEN 'pg_catalog.french'::regconfig
        WHEN 'hu' THEN 'pg_catalog.hungarian'::regconfig
        WHEN 'it' THEN 'pg_catalog.italian'::regconfig
        WHEN 'nl' THEN 'pg_catalog.dutch'::regconfig
        WHEN 'no' THEN 'pg_catalog.norwegian'::regconfig
        WHEN 'pt' THEN 'pg_catalog.portuguese'::regconfig
        WHEN 'ro' THEN 'pg_catalog.romanian'::regconfig
        WHEN 'ru' THEN 'pg_catalog.russian'::regconfig
        WHEN 'sv' THEN 'pg_catalog.swedish'::regconfig
        WHEN 'tr' THEN 'pg_catalog.turkish'::regconfig
        ELSE 'pg_catalog.simple'::regconfig
    END
$$;
CREATE FUNCTION article_search(language text, title text, excerpt text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
    SELECT setweight(to_tsvector(article_search_config(language), title), 'A')
        || setweight(to_tsvector(article_search_config(language), excerpt), 'B')
$$;
"""
NO_SEARCH = """
DROP FUNCTION article_search(text, text, text);
DROP FUNCTION article_search_config(text);
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.RunSQL(SEARCH, NO_SEARCH),
        migrations.CreateModel(
            name='Edition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(unique=True)),
                ('name', models.CharField(max_length=80)),
                ('country', models.CharField(blank=True, max_length=2, validators=[django.core.validators.RegexValidator('^[A-Z]{2}$', 'Two capital letters, as in ISO 3166: GB.')])),
                ('language', models.CharField(max_length=2, validators=[django.core.validators.RegexValidator('^[a-z]{2}$', 'Two small letters, as in ISO 639-1: en.')])),
                ('position', models.PositiveSmallIntegerField(default=100)),
            ],
            options={
                'ordering': ['position', 'name'],
            },
        ),
        migrations.CreateModel(
            name='Topic',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(unique=True)),
                ('name', models.CharField(max_length=80)),
                ('position', models.PositiveSmallIntegerField(default=100)),
            ],
            options={
                'ordering': ['position', 'name'],
            },
        ),
        migrations.CreateModel(
            name='Source',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200)),
                ('slug', models.SlugField(max_length=80, unique=True)),
                ('home_url', models.URLField(blank=True, max_length=2000)),
                ('country', models.CharField(blank=True, max_length=2, validators=[django.core.validators.RegexValidator('^[A-Z]{2}$', 'Two capital letters, as in ISO 3166: GB.')])),
                ('language', models.CharField(blank=True, max_length=2, validators=[django.core.validators.RegexValidator('^[a-z]{2}$', 'Two small letters, as in ISO 639-1: en.')])),
                ('active', models.BooleanField(default=True, help_text='An inactive source is not fetched; what it published stays.')),
                ('editions', models.ManyToManyField(blank=True, related_name='sources', to='articles.edition')),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='Feed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('url', models.URLField(max_length=2000, unique=True, verbose_name='address')),
                ('title', models.CharField(blank=True, max_length=500)),
                ('active', models.BooleanField(default=True)),
                ('etag', models.CharField(blank=True, editable=False, max_length=1000)),
                ('last_modified', models.CharField(blank=True, editable=False, max_length=200)),
                ('body_hash', models.BinaryField(default=b'', max_length=32)),
                ('next_fetch_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), db_index=True, verbose_name='next fetch')),
                ('interval', models.DurationField(default=datetime.timedelta(seconds=1800), editable=False)),
                ('claimed_until', models.DateTimeField(editable=False, null=True)),
                ('outcome', models.CharField(blank=True, editable=False, max_length=20, verbose_name='last outcome')),
                ('last_fetch_at', models.DateTimeField(editable=False, null=True, verbose_name='last fetch')),
                ('last_success_at', models.DateTimeField(editable=False, null=True, verbose_name='last success')),
                ('last_error', models.TextField(blank=True, editable=False)),
                ('notice', models.TextField(blank=True, editable=False, help_text='What was wrong in a feed that could be read.')),
                ('failures', models.PositiveIntegerField(default=0, editable=False, verbose_name='failures in a row')),
                ('permanent_url', models.URLField(blank=True, editable=False, max_length=2000, verbose_name='has moved to')),
                ('retired_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('source', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='feeds', to='articles.source')),
                ('topic', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, to='articles.topic')),
            ],
            options={
                'ordering': ['url'],
            },
        ),
        migrations.CreateModel(
            name='Article',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('guid', models.TextField(editable=False)),
                ('guid_hash', models.BinaryField(max_length=16)),
                ('url', models.URLField(blank=True, max_length=2000, verbose_name='address')),
                ('url_hash', models.BinaryField(max_length=16, null=True)),
                ('title', models.CharField(max_length=500)),
                ('title_key', models.BinaryField(max_length=16)),
                ('excerpt', models.TextField(blank=True)),
                ('text', models.TextField(blank=True)),
                ('html', models.TextField(blank=True, editable=False)),
                ('authors', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=200), blank=True, default=list, size=None)),
                ('categories', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=200), blank=True, default=list, size=None)),
                ('enclosures', models.JSONField(blank=True, default=list, editable=False)),
                ('image_url', models.URLField(blank=True, max_length=2000)),
                ('language', models.CharField(max_length=2)),
                ('content_hash', models.BinaryField(max_length=16)),
                ('published_at', models.DateTimeField(verbose_name='published')),
                ('published_claim', models.DateTimeField(editable=False, null=True, verbose_name='published, as claimed')),
                ('updated_at', models.DateTimeField(blank=True, null=True, verbose_name='updated')),
                ('fetched_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='first seen')),
                ('clustered_at', models.DateTimeField(editable=False, null=True, verbose_name='grouped')),
                ('archive_searched_at', models.DateTimeField(editable=False, null=True)),
                ('search', models.GeneratedField(db_persist=True, expression=articles.models.articles.SearchVector('language', 'title', 'excerpt'), output_field=django.contrib.postgres.search.SearchVectorField())),
                ('copy_of', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='copies', to='articles.article')),
                ('feed', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='articles', to='articles.feed')),
                ('source', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='articles', to='articles.source')),
            ],
            options={
                'ordering': ['-published_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Story',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('language', models.CharField(max_length=2)),
                ('title', models.CharField(blank=True, max_length=500)),
                ('first_at', models.DateTimeField(null=True)),
                ('last_at', models.DateTimeField(null=True)),
                ('article_count', models.PositiveIntegerField(default=0)),
                ('source_count', models.PositiveIntegerField(default=0)),
                ('independent_count', models.PositiveIntegerField(default=0)),
                ('rank', models.FloatField(default=0.0)),
                ('lead', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='articles.article')),
                ('merged_into', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, to='articles.story')),
            ],
            options={
                'verbose_name_plural': 'stories',
                'ordering': ['-rank', '-id'],
            },
        ),
        migrations.AddField(
            model_name='article',
            name='story',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='articles', to='articles.story'),
        ),
        migrations.CreateModel(
            name='StoryEdition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rank', models.FloatField()),
                ('edition', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='placements', to='articles.edition')),
                ('story', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='placements', to='articles.story')),
                ('topic', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, to='articles.topic')),
            ],
        ),
        migrations.AddField(
            model_name='story',
            name='editions',
            field=models.ManyToManyField(related_name='stories', through='articles.StoryEdition', to='articles.edition'),
        ),
        migrations.AddField(
            model_name='story',
            name='topic',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, to='articles.topic'),
        ),
        migrations.AddField(
            model_name='article',
            name='topic',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, to='articles.topic'),
        ),
        migrations.CreateModel(
            name='Sighting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('guid_hash', models.BinaryField(max_length=16)),
                ('article', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sightings', to='articles.article')),
                ('feed', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sightings', to='articles.feed')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('feed', 'guid_hash'), name='sighting_once_per_guid')],
            },
        ),
        migrations.CreateModel(
            name='SimilarLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('score', models.FloatField()),
                ('position', models.PositiveSmallIntegerField()),
                ('from_archive', models.BooleanField(default=False)),
                ('article', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='similar_links', to='articles.article')),
                ('similar', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='articles.article')),
            ],
            options={
                'ordering': ['position'],
                'indexes': [models.Index(fields=['article', 'position'], name='similar_by_position')],
                'constraints': [models.UniqueConstraint(fields=('article', 'similar'), name='similar_once'), models.CheckConstraint(condition=models.Q(('article', models.F('similar')), _negated=True), name='similar_to_another')],
            },
        ),
        migrations.AddIndex(
            model_name='source',
            index=models.Index(fields=['name', 'id'], name='source_by_name'),
        ),
        migrations.AddIndex(
            model_name='storyedition',
            index=models.Index(fields=['edition', '-rank', '-story'], name='front_by_rank'),
        ),
        migrations.AddIndex(
            model_name='storyedition',
            index=models.Index(fields=['edition', 'topic', '-rank', '-story'], name='topic_by_rank'),
        ),
        migrations.AddConstraint(
            model_name='storyedition',
            constraint=models.UniqueConstraint(fields=('story', 'edition'), name='story_once_per_edition'),
        ),
        migrations.AddIndex(
            model_name='story',
            index=models.Index(fields=['-rank', '-id'], name='story_by_rank'),
        ),
        migrations.AddIndex(
            model_name='story',
            index=models.Index(fields=['language', 'last_at'], name='story_by_language_time'),
        ),
        migrations.AddIndex(
            model_name='article',
            index=models.Index(fields=['-published_at', '-id'], name='article_by_time'),
        ),
        migrations.AddIndex(
            model_name='article',
            index=models.Index(fields=['source', '-published_at', '-id'], name='article_by_source_time'),
        ),
        migrations.AddIndex(
            model_name='article',
            index=models.Index(fields=['source', 'title_key'], name='article_by_source_title'),
        ),
        migrations.AddIndex(
            model_name='article',
            index=models.Index(fields=['story', 'published_at'], name='article_by_story_time'),
        ),
        migrations.AddIndex(
            model_name='article',
            index=models.Index(fields=['language', 'published_at'], name='article_by_language_time'),
        ),
        migrations.AddIndex(
            model_name='article',
            index=models.Index(fields=['language', 'clustered_at'], name='article_by_language_grouped'),
        ),
        migrations.AddIndex(
            model_name='article',
            index=models.Index(condition=models.Q(('clustered_at', None)), fields=['language', 'id'], name='article_to_group'),
        ),
        migrations.AddIndex(
            model_name='article',
            index=django.contrib.postgres.indexes.GinIndex(fields=['search'], name='article_search_gin'),
        ),
        migrations.AddConstraint(
            model_name='article',
            constraint=models.UniqueConstraint(fields=('feed', 'guid_hash'), name='article_once_per_guid'),
        ),
        migrations.AddConstraint(
            model_name='article',
            constraint=models.UniqueConstraint(fields=('url_hash',), name='article_once_per_address'),
        ),
    ]
