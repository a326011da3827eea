# Stands in for OpenWrt's: the device of the uplink, as the case says.
# shellcheck shell=sh
network_get_physdev() { eval "$1=\"\$(cat /mock/physdev 2>/dev/null)\""; }
