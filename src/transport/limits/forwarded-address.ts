import type { IncomingMessage } from "node:http";
import { BlockList, isIP } from "node:net";
import type { ProxyTrust } from "../../core/proxy-trust.ts";
import { toAddressKey } from "./client-address.ts";

/** Says who a request comes from, as limits count. */
export type AddressReader = (request: Pick<IncomingMessage, "headers" | "socket">) => string;

/**
 * Makes the reader. Without trusted proxies the connection alone counts. With them, the chain of the one
 * header that they write is walked from its end, where the nearest proxy wrote, and the first address
 * that is no trusted proxy is the client: whatever stands further left, anybody may have written. The
 * walk ends as well at what is no address (`unknown`, `_hidden`; RFC 7239 §6.3), and then the proxy
 * that wrote it counts.
 */
export const createAddressReader = (trust?: ProxyTrust): AddressReader => {
  if (trust === undefined) return ({ socket }) => toAddressKey(socket);
  const isTrusted = createMatcher(trust.proxies);
  const readChain = trust.header === "forwarded" ? readForwarded : readForwardedFor;
  return ({ headers, socket }) => {
    const given = headers[trust.header];
    let address = unmap(socket.remoteAddress ?? "");
    const chain = typeof given === "string" ? readChain(given) : [];
    for (const next of chain.toReversed()) {
      if (next === undefined || !isTrusted(address)) break;
      address = next;
    }
    return toAddressKey({ remoteAddress: address });
  };
};

const createMatcher = (proxies: readonly string[]): ((address: string) => boolean) => {
  const list = new BlockList();
  for (const proxy of proxies) {
    const [address = "", bits] = proxy.split("/");
    const family = familyOf(address);
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return (address) => isIP(address) !== 0 && list.check(address, familyOf(address));
};

const familyOf = (address: string): "ipv4" | "ipv6" => (isIP(address) === 6 ? "ipv6" : "ipv4");

/** The addresses from left to right; undefined for what is none. */
type Chain = readonly (string | undefined)[];

const readForwardedFor = (text: string): Chain => text.split(",").map(readNode);

/** RFC 7239 §4: elements between commas, each with pairs between semicolons. */
const readForwarded = (text: string): Chain =>
  text.split(",").map((element) => readNode(FOR.exec(element)?.[2] ?? ""));

const FOR = /(?:^|;)\s*for=("?)([^";]*)\1\s*(?:;|$)/iu;

/** An address with or without a port; IPv6 with a port is in brackets (RFC 7239 §6). */
const readNode = (text: string): string | undefined => {
  const node = text.trim();
  const bare = WITH_PORT.exec(node)?.[1] ?? BRACKETED.exec(node)?.[1] ?? node;
  const address = unmap(bare);
  return isIP(address) === 0 ? undefined : address;
};

const WITH_PORT = /^(\d+\.\d+\.\d+\.\d+):\d{1,5}$/u;
const BRACKETED = /^\[([0-9a-f:.]+)\](?::\d{1,5})?$/iu;

/** A socket that listens on IPv6 names IPv4 peers that way. */
const unmap = (address: string): string =>
  /^::ffff:(\d+\.\d+\.\d+\.\d+)$/iu.exec(address)?.[1] ?? address;
