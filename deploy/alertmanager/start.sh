#!/bin/sh
# Puts this place's addresses into alertmanager.yaml, whose path is the first argument, and starts Alertmanager with
# the others. Without ALARM_WEBHOOK nobody is told by HTTP, without ALARM_MAIL_TO nobody by mail; without both it says so,
# and alarms are seen at its own page only. ALARM_ALERTMANAGER names the program.
set -eu
template=$1
shift
for value in "${ALARM_WEBHOOK:-}" "${ALARM_MAIL_TO:-}" "${ALARM_MAIL_FROM:-}" "${ALARM_SMTP_HOST:-}"; do
  case $value in
    *[\|\"\\]* | *" "*) echo "an address has no quote, space, backslash or bar in it: $value" >&2 && exit 2 ;;
  esac
done
made=$(mktemp -d)/alertmanager.yaml
none='^no address is ever this$'
[ -n "${ALARM_WEBHOOK:-}" ] && webhook=$none || webhook='# webhook$'
[ -n "${ALARM_MAIL_TO:-}" ] && mail=$none || mail='# mail$'
if [ "$webhook$mail" = '# webhook$# mail$' ]; then
  echo "nobody is told of alarms: set ALARM_WEBHOOK or ALARM_MAIL_TO" >&2
fi
sed -e "/$webhook/d" -e "/$mail/d" \
  -e "s|ALARM_WEBHOOK|${ALARM_WEBHOOK:-}|" -e "s|ALARM_MAIL_TO|${ALARM_MAIL_TO:-}|" \
  -e "s|ALARM_MAIL_FROM|${ALARM_MAIL_FROM:-onestop@localhost}|" -e "s|ALARM_SMTP_HOST|${ALARM_SMTP_HOST:-localhost:25}|" \
  -e "s|ALARM_SMTP_TLS|${ALARM_SMTP_TLS:-true}|" -e "s|ALARM_GROUP_WAIT|${ALARM_GROUP_WAIT:-30s}|" "$template" >"$made"
exec "${ALARM_ALERTMANAGER:-alertmanager}" --config.file="$made" "$@"
