#!/usr/bin/env bash
# Django 5.2.19: a renamed model cannot be named back when its app stands before "contenttypes" in the alphabet.
#
# With django.contrib.contenttypes installed, Django adds a step to every RenameModel that renames the row of the content
# type as well, in both directions. Forwards the step finds the app in the state of the migrations. Backwards the state
# is built in the order of the whole plan: of an app called "archive", which depends on nothing, it does not hold
# contenttypes yet, so `migrate archive 0001` ends with
#     LookupError: No installed app with label 'contenttypes'.
# although nothing in the app uses content types. The same app under the name "warehouse" goes back. A dependency on
# contenttypes in the migration that renames is enough.
# Seen: forwards ok, backwards LookupError; called warehouse, or with the dependency: both ok.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check 'django==5.2.19'
mkdir -p archive/migrations
touch archive/__init__.py archive/migrations/__init__.py
cat > settings.py <<'PY'
INSTALLED_APPS = ["django.contrib.contenttypes", "archive"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "db.sqlite3"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
PY
cat > archive/models.py <<'PY'
from django.db import models


class Parcel(models.Model):
    weight = models.IntegerField()
PY
cat > archive/migrations/0001_box.py <<'PY'
from django.db import migrations, models


class Migration(migrations.Migration):
    operations = [
        migrations.CreateModel("Box", [("id", models.BigAutoField(primary_key=True)), ("weight", models.IntegerField())])
    ]
PY
cat > archive/migrations/0002_parcel.py <<'PY'
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("archive", "0001_box")]
    operations = [migrations.RenameModel("Box", "Parcel")]
PY
manage() { DJANGO_SETTINGS_MODULE=settings PYTHONPATH=. "$place/env/bin/python" -m django "$@" --verbosity 0; }

manage migrate
echo 'forwards: ok'
if said=$(manage migrate archive 0001 2>&1); then
    echo 'CHANGED: backwards works without the dependency.'
    exit 1
fi
said=${said##*$'\n'}
echo "backwards: $said"
[ "$said" = "LookupError: No installed app with label 'contenttypes'." ] || { echo 'CHANGED: another error.'; exit 1; }

mkdir other && cp -r archive other/warehouse && sed 's/archive/warehouse/g' settings.py > other/settings.py
sed -i 's/archive/warehouse/g' other/warehouse/migrations/*.py
(cd other && manage migrate && manage migrate warehouse 0001)
echo 'called warehouse: both ok'

rm db.sqlite3
sed -i 's/\[("archive", "0001_box")\]/[("archive", "0001_box"), ("contenttypes", "0002_remove_content_type_name")]/' archive/migrations/0002_parcel.py
manage migrate
manage migrate archive 0001
echo 'with the dependency: both ok'
