// The scripts a package runs when it comes and goes: they hand over to OpenWrt's own functions,
// which create users, run uci-defaults, and enable, start and stop init scripts.

const GUARD = `[ "\${IPKG_NO_SCRIPT}" = "1" ] && exit 0
[ -s "\${IPKG_INSTROOT}/lib/functions.sh" ] || exit 0
. "\${IPKG_INSTROOT}/lib/functions.sh"`;

function apkScript(name: string, calls: string, upgrade = false): string {
  const setting = upgrade ? "export PKG_UPGRADE=1\n" : "";
  return `#!/bin/sh
${setting}${GUARD}
export root="\${IPKG_INSTROOT}"
export pkgname="${name}"
${calls}
`;
}

/** apk's scripts by their field number. */
export function apkScripts(name: string): Readonly<Record<number, string>> {
  const come = "add_group_and_user\ndefault_postinst";
  return {
    3: apkScript(name, come), // post-install
    4: apkScript(name, "default_prerm"), // pre-deinstall
    6: apkScript(name, "default_prerm", true), // pre-upgrade
    7: apkScript(name, come, true), // post-upgrade
  };
}

/** opkg's scripts by their file name. */
export function opkgScripts(): Readonly<Record<string, string>> {
  const script = (call: string): string => `#!/bin/sh\n${GUARD}\n${call} "$0" "$@"\n`;
  return { postinst: script("default_postinst"), prerm: script("default_prerm") };
}
