from django.db import migrations

from schoolimprove.records.appendonly import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("policy", "0001_policy_rows")]

    operations = [AppendOnly("policy_policyrow", "OLD.approved_at IS NOT NULL")]
