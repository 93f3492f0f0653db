import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("people", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Journey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("name", models.CharField(max_length=120)),
                (
                    "kind",
                    models.CharField(
                        choices=[("measured", "Measured from event logs"), ("drawn", "Drawn by hand")],
                        default="measured",
                        max_length=10,
                    ),
                ),
                ("points", models.JSONField(default=list)),
                ("table_digest", models.CharField(blank=True, max_length=64)),
                ("table_facts", models.JSONField(default=dict)),
                ("by", models.CharField(max_length=40)),
                ("created_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("version", models.PositiveIntegerField(default=1)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("name",),
                        name="journeys_one_present_journey_per_name",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="FigureSet",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("view", models.CharField(max_length=2500)),
                ("digest", models.CharField(max_length=64)),
                ("computed_at", models.DateTimeField()),
                ("seconds", models.FloatField()),
                (
                    "journey",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="figure_sets", to="journeys.journey"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DrawnStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("position", models.PositiveIntegerField()),
                ("department", models.CharField(max_length=120)),
                ("activity", models.CharField(max_length=120)),
                ("is_point", models.BooleanField(default=False)),
                ("promise", models.CharField(blank=True, max_length=200)),
                ("touch_hours", models.FloatField(null=True)),
                ("wait_hours", models.FloatField(null=True)),
                (
                    "journey",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="steps", to="journeys.journey"
                    ),
                ),
            ],
            options={
                "ordering": ("position",),
            },
        ),
        migrations.CreateModel(
            name="DepartmentLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("department", models.CharField(max_length=200)),
                ("by", models.CharField(max_length=40)),
                ("at", models.DateTimeField()),
                (
                    "unit",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.unit"
                    ),
                ),
                (
                    "journey",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="links", to="journeys.journey"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Contact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("department", models.CharField(max_length=200)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("listening", "Listening to customers"),
                            ("visit", "A visit"),
                            ("joint_case", "A joint case"),
                            ("rotation", "A day in another department"),
                        ],
                        max_length=12,
                    ),
                ),
                ("on", models.DateField()),
                ("minutes", models.PositiveIntegerField()),
                ("n_people", models.PositiveIntegerField()),
                ("by", models.CharField(max_length=40)),
                ("at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(null=True)),
                (
                    "journey",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="contacts", to="journeys.journey"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Agreement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("department", models.CharField(max_length=200)),
                ("to_department", models.CharField(blank=True, max_length=200)),
                ("hours", models.FloatField()),
                ("proposed_by", models.CharField(max_length=40)),
                ("proposed_at", models.DateTimeField()),
                ("agreed_by", models.CharField(blank=True, max_length=40)),
                ("agreed_at", models.DateTimeField(null=True)),
                ("ended_by", models.CharField(blank=True, max_length=40)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "journey",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="agreements", to="journeys.journey"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Log",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("name", models.CharField(max_length=200)),
                ("path", models.CharField(blank=True, max_length=1000)),
                ("digest", models.CharField(blank=True, max_length=64)),
                ("n_bytes", models.PositiveBigIntegerField(default=0)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("new", "Being looked at"),
                            ("ready", "Waits for your word"),
                            ("importing", "Being imported"),
                            ("imported", "Imported"),
                            ("refused", "Not readable"),
                            ("deleting", "Being deleted"),
                        ],
                        default="new",
                        max_length=10,
                    ),
                ),
                ("problem", models.CharField(blank=True, max_length=1000)),
                ("look", models.JSONField(default=dict)),
                ("mapping", models.JSONField(default=dict)),
                ("accepts_rejects", models.BooleanField(default=False)),
                ("counts", models.JSONField(default=dict)),
                ("job", models.UUIDField(null=True)),
                ("by", models.CharField(max_length=40)),
                ("created_at", models.DateTimeField()),
                ("imported_at", models.DateTimeField(null=True)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "journey",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="logs", to="journeys.journey"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RatingBlock",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "side",
                    models.CharField(
                        choices=[("provider", "Those who serve"), ("served", "Those who are served")], max_length=10
                    ),
                ),
                ("is_asked", models.BooleanField(default=False)),
                ("number", models.PositiveIntegerField()),
                ("counts", models.JSONField(default=list)),
                ("n", models.PositiveIntegerField(default=0)),
                ("filled_on", models.DateField(null=True)),
                (
                    "step",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="blocks", to="journeys.drawnstep"
                    ),
                ),
            ],
            options={
                "ordering": ("number",),
            },
        ),
        migrations.CreateModel(
            name="RatingReceipt",
            fields=[
                ("mark", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("month_on", models.DateField(null=True)),
                (
                    "block",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="receipts",
                        to="journeys.ratingblock",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="FigurePart",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=20)),
                ("language", models.CharField(blank=True, max_length=5)),
                ("body", models.TextField()),
                (
                    "figures",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="parts", to="journeys.figureset"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("figures", "name", "language"), name="journeys_one_part_per_name")
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="figureset",
            constraint=models.UniqueConstraint(fields=("journey", "view"), name="journeys_one_figure_set_per_view"),
        ),
        migrations.AddConstraint(
            model_name="drawnstep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("touch_hours__isnull", True), ("touch_hours__gte", 0), _connector="OR"),
                    models.Q(("wait_hours__isnull", True), ("wait_hours__gte", 0), _connector="OR"),
                ),
                name="journeys_drawn_hours_are_hours",
            ),
        ),
        migrations.AddConstraint(
            model_name="departmentlink",
            constraint=models.UniqueConstraint(
                fields=("journey", "department"), name="journeys_department_is_linked_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="contact",
            constraint=models.CheckConstraint(
                condition=models.Q(("minutes__gt", 0), ("n_people__gt", 0)), name="journeys_contact_took_time"
            ),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.CheckConstraint(
                condition=models.Q(("hours__gt", 0)), name="journeys_agreed_hours_are_hours"
            ),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.CheckConstraint(
                condition=models.Q(("department", models.F("to_department")), _negated=True),
                name="journeys_agreement_has_two_sides",
            ),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.UniqueConstraint(
                condition=models.Q(("agreed_at__isnull", False), ("ended_at__isnull", True)),
                fields=("journey", "department", "to_department"),
                name="journeys_one_agreement_holds",
            ),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.UniqueConstraint(
                condition=models.Q(("agreed_at__isnull", True), ("ended_at__isnull", True)),
                fields=("journey", "department", "to_department"),
                name="journeys_one_proposal_waits",
            ),
        ),
        migrations.AddIndex(
            model_name="log",
            index=models.Index(fields=["journey", "digest"], name="journeys_log_by_digest"),
        ),
        migrations.AddConstraint(
            model_name="ratingblock",
            constraint=models.UniqueConstraint(
                fields=("step", "side", "is_asked", "number"), name="journeys_blocks_are_numbered"
            ),
        ),
        migrations.AddConstraint(
            model_name="ratingblock",
            constraint=models.UniqueConstraint(
                condition=models.Q(("filled_on__isnull", True)),
                fields=("step", "side"),
                name="journeys_one_block_is_filled",
            ),
        ),
        migrations.AddConstraint(
            model_name="ratingreceipt",
            constraint=models.CheckConstraint(
                condition=models.Q(("block__isnull", True), ("month_on__isnull", True), _connector="XOR"),
                name="journeys_receipt_of_month_or_block",
            ),
        ),
    ]
