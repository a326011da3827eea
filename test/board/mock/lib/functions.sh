# Stands in for OpenWrt's: settings come from the same place as the uci command's.
# shellcheck shell=sh
config_load() { CONFIG="$1"; }
config_get() {
	local value
	value="$(uci -q get "$CONFIG.$2.$3")"
	eval "$1=\"\${value:-\${4:-}}\""
}
