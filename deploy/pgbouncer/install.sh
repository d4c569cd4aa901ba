#!/bin/bash
# Installs PgBouncer where there is none that keeps prepared statements (1.21 or newer): Debian 12 has 1.18, so Debian
# 13's source is built, with nothing but what Debian has. Half a minute; needs root, apt, a compiler.
set -euo pipefail
version=$(pgbouncer --version 2>/dev/null | sed -n 's/^PgBouncer \([0-9]*\.[0-9]*\).*/\1/p' || true)
if [[ -n $version && $(printf '%s\n' 1.21 "$version" | sort -V | head -1) == 1.21 ]]; then
  exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
apt-get update -q
apt-get install -q -y --no-install-recommends libevent-dev libssl-dev pkg-config gcc make
# Of the sources that are set up here, the same archive's next release, and its source only.
uri=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Origin: Debian' | grep -v security | head -1)
cat >"$work/next.sources" <<EOF
Types: deb-src
URIs: $uri
Suites: trixie
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
EOF
mkdir "$work/lists"
apt=(apt-get -q -o Dir::Etc::sourcelist="$work/next.sources" -o Dir::Etc::sourceparts=/dev/null
  -o Dir::State::lists="$work/lists" -o APT::Sandbox::User=root)
"${apt[@]}" update
(cd "$work" && "${apt[@]}" source --download-only pgbouncer && tar -xzf pgbouncer_*.orig.tar.gz)
cd "$work"/pgbouncer-*/
./configure --quiet --without-cares --prefix=/usr/local
make -s -j2 pgbouncer
install -m 0755 pgbouncer /usr/local/bin/pgbouncer
pgbouncer --version
