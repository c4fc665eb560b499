from django.db import migrations, models
import django.db.models.deletion


class Migration(migrations.Migration):

    # What it was called before others came in between.
    replaces = [('articles', '0021_source_days')]

    dependencies = [
        ('articles', '0023_followups'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='source',
            options={'ordering': ['name'], 'permissions': [('weigh_source', 'Can weigh sources in ranking')]},
        ),
        migrations.CreateModel(
            name='SourceDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('fetches', models.PositiveIntegerField()),
                ('failures', models.PositiveIntegerField()),
                ('source', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='health', to='articles.source')),
            ],
            options={
                'ordering': ['day'],
                'indexes': [models.Index(fields=['day'], name='source_day')],
                'constraints': [models.UniqueConstraint(fields=('source', 'day'), name='source_once_a_day')],
            },
        ),
    ]
