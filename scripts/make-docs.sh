#!/usr/bin/env bash
# Makes the documentation as a site, .build/site/html, with what is installed in .venv-docs. A warning is an error, and so
# is a link that leads nowhere on the site; those to other sites are not tried.
# usage: scripts/make-docs.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

site=.build/site
tools=.venv-docs/bin
rm -rf "$site"
"$tools/python" docs/site/write_sources.py "$site/source"
"$tools/sphinx-build" --quiet --fail-on-warning --nitpicky -c docs/site -d "$site/doctrees" "$site/source" "$site/html"
"$tools/lychee" --offline --include-fragments --no-progress --quiet --extensions html "$site/html"
echo "  made: $site/html/index.html"
