"""Why a cluster cannot be asked: the roots of all errors of this layer."""


class KubeError(Exception):
    """Text for the person who asked: what went wrong, and what to do about it."""

    def __init__(self, reason: str, hint: str = "") -> None:
        super().__init__(f"{reason}; {hint}" if hint else reason)
        self.reason = reason
        self.hint = hint


class ConfigError(KubeError):
    """A kubeconfig, or a file it names, that cannot be used. The reason begins with the place."""


class NoClusterError(ConfigError):
    """Nothing says which cluster is meant."""


class CredentialError(KubeError):
    """The credentials cannot be had right now: a plugin failed, a token file is gone."""
