import { isIPv6 } from "node:net";
import type { Socket } from "node:net";

/**
 * Who a connection comes from, as limits count: the socket's address, never a header that anybody can
 * write. Of IPv6 the first 64 bits, because whoever has one address has the whole network.
 */
export const toAddressKey = (socket: Pick<Socket, "remoteAddress">): string => {
  const address = socket.remoteAddress ?? "unknown";
  const mapped = MAPPED_IPV4.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  return isIPv6(address) ? toNetwork(address) : address;
};

/** Whether a connection comes from a loopback address of this machine. */
export const isLoopbackPeer = ({ remoteAddress = "" }: Pick<Socket, "remoteAddress">): boolean =>
  remoteAddress === "::1" ||
  LOOPBACK_IPV4.test(MAPPED_IPV4.exec(remoteAddress)?.[1] ?? remoteAddress);

const LOOPBACK_IPV4 = /^127\.\d+\.\d+\.\d+$/u;
const MAPPED_IPV4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/iu;
const GROUPS_OF_A_NETWORK = 4;
const GROUPS = 8;

const toNetwork = (address: string): string => {
  const [left = "", right] = (address.split("%")[0] ?? "").split("::");
  const head = left === "" ? [] : left.split(":");
  const tail = right === undefined || right === "" ? [] : right.split(":");
  const zeros = Array.from({ length: Math.max(0, GROUPS - head.length - tail.length) }, () => "0");
  const groups = right === undefined ? head : [...head, ...zeros, ...tail];
  return `${groups.slice(0, GROUPS_OF_A_NETWORK).join(":")}::/64`;
};
