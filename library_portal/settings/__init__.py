"""Every setting, from the environment. `.env.example` lists the variables that production needs.

`ENVIRONMENT` is `production` unless said otherwise: then no secret has a default, and `check --deploy` is clean.
`manage.py` without `DATABASE_URL` sets it to `development` together with the embedded servers' URLs.
"""

from library_portal.settings.api import *
from library_portal.settings.applications import *
from library_portal.settings.environment import *
from library_portal.settings.files import *
from library_portal.settings.language import *
from library_portal.settings.lending import *
from library_portal.settings.messages import *
from library_portal.settings.payments import *
from library_portal.settings.people import *
from library_portal.settings.safety import *
from library_portal.settings.stores import *
from library_portal.settings.workers import *
