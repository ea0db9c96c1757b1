# The system's part of the image: git for undo, tini to reap, certificates for git and curl-less HTTPS, and the user.
set -eu
rm -f /etc/apt/apt.conf.d/docker-clean
apt-get update -qq
apt-get install -y -qq --no-install-recommends ca-certificates git tini >/dev/null
rm -rf /var/log/apt /var/log/dpkg.log /var/log/alternatives.log /var/cache/debconf/*-old /var/cache/ldconfig/aux-cache

# The official Node image has a user 1000 of its own, by the name of node.
if existing=$(getent passwd 1000 | cut -d: -f1) && [ -n "$existing" ]; then
  usermod --login matrix --home /home/matrix "$existing"
  groupmod --new-name matrix "$(getent group 1000 | cut -d: -f1)"
  rm -rf "/home/$existing"
else
  groupadd --gid 1000 matrix
  useradd --uid 1000 --gid matrix --shell /bin/bash --home-dir /home/matrix --no-create-home matrix
fi
# A new volume takes these modes over. Any user may make a folder of its own in it, which is what `--user` needs;
# nobody else lives in the container, and what is made there is private by itself.
install -d --mode=1777 --owner=1000 --group=1000 /home/matrix /var/lib/matrix

# For the bill of materials.
dpkg-query --show --showformat='${Package}\t${Version}\t${Architecture}\n' >/var/lib/dpkg/matrix-packages
