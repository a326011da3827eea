// The Community ID of a TCP connection: the same in Zeek, Suricata, Arkime and here, so that records of
// the same connection can be joined. Version 1, seed 0. github.com/corelight/community-id-spec.

import { createHash } from "node:crypto";
import { isIPv4 } from "node:net";
import { ADDRESS_SIZE, addressOctets } from "./address.ts";

const SEED = 0;
const TCP = 6;
const IP4_SIZE = 4;

/** Address and port in network order: 6 octets over IPv4, 18 over IPv6. */
function endpointOctets(address: string, port: number): Buffer {
  const octets = addressOctets(address).slice(isIPv4(address) ? ADDRESS_SIZE - IP4_SIZE : 0);
  return Buffer.from([...octets, port >> 8, port & 0xff]);
}

/** Either end may be named first: the id is that of the connection, not of a direction. */
export function communityId(
  address: string,
  port: number,
  otherAddress: string,
  otherPort: number,
): string {
  const one = endpointOctets(address, port);
  const other = endpointOctets(otherAddress, otherPort);
  const [low, high] = Buffer.compare(one, other) <= 0 ? [one, other] : [other, one];
  const hash = createHash("sha1")
    .update(Buffer.from([SEED >> 8, SEED & 0xff]))
    .update(low.subarray(0, -2))
    .update(high.subarray(0, -2))
    .update(Buffer.from([TCP, 0])) // a zero pads the protocol
    .update(low.subarray(-2))
    .update(high.subarray(-2));
  return `1:${hash.digest("base64")}`;
}
