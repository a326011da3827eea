# Functions of the flowtable matrix, sourced by the guest's shell: a home, a router and a provider in
# one kernel, joined by veth pairs, with VLAN 2 on the uplink. lan1 is a port of br-lan, wan0 the
# uplink's device, wan0.2 the VLAN above it. Read nft(8) on flowtables.
# shellcheck shell=sh disable=SC3043

IP=/opt/ip
SERVER=203.0.113.25
PORT=80

# Nothing is put together on the way, so that frames can be counted.
cable() {
	$IP link add "$1" type veth peer name "$2" netns "$3"
	for end in "link set $1" "-n $3 link set $2"; do
		# shellcheck disable=SC2086 # words of one command
		$IP $end gso_max_segs 1 up
	done
}

build() {
	mkdir -p /run/netns
	for place in home isp; do
		$IP netns add "$place"
		$IP -n "$place" link set lo up
	done
	echo 1 > /proc/sys/net/ipv4/ip_forward
	echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6
	cable lan1 eth0 home
	cable wan0 port isp
	$IP link add br-lan type bridge
	$IP link set lan1 master br-lan
	$IP link set br-lan up
	$IP address add 192.168.8.1/24 dev br-lan
	$IP link add link wan0 name wan0.2 type vlan id 2
	$IP link set wan0.2 up
	$IP address add 203.0.113.2/24 dev wan0.2
	$IP -n home address add 192.168.8.10/24 dev eth0
	$IP -n home route add default via 192.168.8.1
	$IP -n isp link add link port name port.2 type vlan id 2
	$IP -n isp link set port.2 up
	$IP -n isp address add $SERVER/24 dev port.2
	# Answers, then holds the connection open.
	printf '#!/bin/sh\nhead -c 400000 /dev/zero\n. /opt/offload.sh\nheld\n' > /tmp/serve
	chmod +x /tmp/serve
}

# rules DEVICES CONDITION: a firewall as fw4 writes it; no devices, no flowtable.
rules() {
	local table="" add=""

	[ -z "$1" ] || table="flowtable ft { hook ingress priority 0; devices = { $1 }; }"
	[ -z "$1" ] || add="meta l4proto tcp $2 flow add @ft"
	/opt/nft -f - <<-NFT
		flush ruleset
		table inet fw4 {
			$table
			chain forward {
				type filter hook forward priority 0; policy accept;
				counter
				$add
			}
			chain srcnat {
				type nat hook postrouting priority 100; policy accept;
				oifname "${UPLINK:-wan0.2}" masquerade
			}
		}
	NFT
}

# Waits until `hang_up`.
held() { while [ -e /tmp/hold ]; do usleep 100000; done; }

# One connection that carries 400,000 octets and stays; `hang_up` ends it.
connect() {
	touch /tmp/hold
	: > /tmp/received
	$IP netns exec isp /bin/nc -l -p $PORT -e /tmp/serve > /dev/null 2>&1 &
	sleep 1
	# Neither end closes its half: a connection that ends leaves the fast path.
	held | $IP netns exec home /bin/nc $SERVER $PORT > /tmp/received 2> /dev/null &
	while [ "$(wc -c < /tmp/received)" -lt 400000 ]; do usleep 200000; done
	sleep 1
}

hang_up() {
	rm -f /tmp/hold
	sleep 2
}

# Packets the forward chain saw, and connections the kernel itself calls offloaded.
forwarded() { /opt/nft list chain inet fw4 forward | sed -n 's/.*counter packets \([0-9]*\) .*/\1/p'; }
offloaded() { grep -c '\[OFFLOAD\]' /proc/net/nf_conntrack; }
