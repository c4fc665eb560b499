from django.db import migrations, models
import django.db.models.deletion


class Migration(migrations.Migration):

    dependencies = [
        ('articles', '0027_doubts'),
    ]

    operations = [
        migrations.CreateModel(
            name='FetchTrace',
            fields=[
                ('feed', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='trace', serialize=False, to='articles.feed')),
                ('asked_at', models.DateTimeField()),
                ('finished_at', models.DateTimeField(null=True)),
                ('exchanges', models.JSONField(default=list)),
                ('outcome', models.JSONField(default=dict)),
            ],
        ),
    ]
