"""A list that was imported outlives the edition that it was for."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("articles", "0028_problems")]

    operations = [
        migrations.AlterField(
            model_name="import",
            name="edition",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="articles.edition",
            ),
        ),
    ]
