import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

application = get_wsgi_application()

# What stands now stands until the process ends, and a page of the queue makes some hundred thousand objects:
# looked through after every 700 of them, as is the default, a tenth of its time goes there.
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 50)
