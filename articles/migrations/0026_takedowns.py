
import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    # What it was called before others came in between.
    replaces = [('articles', '0023_takedowns')]

    dependencies = [
        ('articles', '0025_stories_at_the_desk'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='TakeDown',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('summary', models.CharField(max_length=500, verbose_name='what was taken down')),
                ('reason', models.CharField(max_length=500)),
                ('requester', models.CharField(max_length=200, verbose_name='who asked')),
                ('contact', models.CharField(blank=True, max_length=200, verbose_name='how to reach them')),
                ('copies', models.BooleanField(default=False, verbose_name='copies too, in every source')),
                ('made_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='made')),
                ('undone_at', models.DateTimeField(null=True, verbose_name='undone')),
                ('purged_at', models.DateTimeField(null=True, verbose_name='deleted for good')),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('undone_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-pk'],
                'permissions': [('take_down', 'Can take articles down, and undo it')],
            },
        ),
        migrations.CreateModel(
            name='Taken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('withheld', models.CharField(blank=True, max_length=200)),
                ('shingles', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None)),
                ('whole', models.BooleanField(default=True)),
                ('article', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='articles.article')),
                ('story', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='articles.story')),
                ('take_down', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='taken', to='articles.takedown')),
            ],
        ),
        migrations.AddIndex(
            model_name='takedown',
            index=models.Index(condition=models.Q(('purged_at', None), ('undone_at', None)), fields=['made_at'], name='take_down_to_purge'),
        ),
        migrations.AddIndex(
            model_name='takedown',
            index=models.Index(condition=models.Q(('undone_at', None)), fields=['-made_at'], name='take_down_in_force'),
        ),
        migrations.AddConstraint(
            model_name='taken',
            constraint=models.UniqueConstraint(fields=('take_down', 'article'), name='taken_once'),
        ),
    ]
