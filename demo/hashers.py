"""A quick hash for the demo's secrets, which everyone knows. The settings name it in the demo only."""

from django.contrib.auth.hashers import ScryptPasswordHasher


class DemoHasher(ScryptPasswordHasher):
    """scrypt with the least work; a hash made by it names its own parameters and is read by the ordinary hasher too."""

    work_factor = 2**4
    parallelism = 1
