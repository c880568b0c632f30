import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

/** Cloud metadata services that sit on ordinary public addresses. */
const METADATA_SERVICES: ReadonlySet<string> = new Set(["168.63.129.16"]);

/**
 * Whether an IP address is one that a host on the public internet can have: no loopback, private,
 * link-local, shared, multicast, reserved, translated or tunnelled address (RFC 6890). Anything that
 * does not parse as an address is not public.
 */
export function isPublicAddress(address: string): boolean {
  // ipaddr.js takes short forms such as "127.1" for addresses; isIP does not.
  if (isIP(address) === 0 || METADATA_SERVICES.has(address)) {
    return false;
  }
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== "unicast") {
    return false;
  }
  // Global unicast is 2000::/3 (RFC 4291 §2.4); all else is unassigned, whatever the library says.
  return parsed.kind() === "ipv4" || (parsed.toByteArray()[0] ?? 0) >> 5 === 1;
}
