from __future__ import annotations

from datetime import UTC, datetime

from django.db import migrations, models

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]

    operations = [
        # What was counted before is forgotten, and every name begins anew.
        migrations.AddField(
            model_name="throttle",
            name="forget_at",
            field=models.DateTimeField(default=LONG_AGO),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="throttle",
            name="came_in_on",
            field=models.DateField(null=True),
        ),
        migrations.RemoveField(model_name="throttle", name="failed_at"),
    ]
