
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('articles', '0022_fetch_traces'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='takedown',
            options={'ordering': ['-pk'], 'permissions': [('take_down', 'Can take articles down, and undo it')], 'verbose_name': 'take-down'},
        ),
        migrations.CreateModel(
            name='Problem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('story', 'It is in the wrong story, or reports are missing'), ('words', 'The headline or the summary is wrong'), ('copy', 'It is a copy of another report'), ('legal', 'It should not be shown, for legal reasons'), ('other', 'Something else')], max_length=5)),
                ('text', models.TextField(max_length=2000, verbose_name='what is wrong')),
                ('contact', models.CharField(blank=True, max_length=200, verbose_name='how to reach them')),
                ('made_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='reported')),
                ('answer', models.TextField(blank=True, max_length=1000, verbose_name='what came of it')),
                ('closed_at', models.DateTimeField(null=True, verbose_name='closed')),
                ('article', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='problems', to='articles.article')),
                ('assigned_to', models.ForeignKey(blank=True, limit_choices_to={'is_staff': True}, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('closed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('story', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='articles.story')),
            ],
            options={
                'ordering': ['-pk'],
                'indexes': [models.Index(condition=models.Q(('closed_at', None)), fields=['-id'], name='problem_open'), models.Index(condition=models.Q(('closed_at__isnull', False)), fields=['closed_at'], name='problem_closed')],
            },
        ),
    ]
