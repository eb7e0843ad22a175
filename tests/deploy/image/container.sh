#!/bin/sh
# A command in a container: what a kubelet and a runtime do with the manifest's securityContext and volumes.
#
#   unshare --mount --pid --fork container.sh ROOT ACCOUNT_FOLDER UID:GID COMMAND...
#
# A read-only root, the two volumes, the account of the pod, an ordinary user without any capability.
set -eu
root=$1 account=$2 user=$3
shift 3
uid=${user%:*} gid=${user#*:}

mount --bind "$root" "$root"
for file in hosts resolv.conf; do
    touch "$root/etc/$file"
    mount -o bind,ro "/etc/$file" "$root/etc/$file"
done
mkdir -p "$root/run/secrets/kubernetes.io/serviceaccount"
mount -o bind,ro "$account" "$root/run/secrets/kubernetes.io/serviceaccount"
mount -t tmpfs -o "uid=$uid,gid=$gid,mode=770" tmpfs "$root/var/lib/portico"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -o remount,bind,ro "$root"

chown "$uid" /proc/self/fd/1 /proc/self/fd/2 # as runtimes do, or /dev/stdout is somebody else's
exec chroot "$root" setpriv --reuid="$uid" --regid="$gid" --clear-groups --inh-caps=-all \
    --bounding-set=-all --no-new-privs "$@"
