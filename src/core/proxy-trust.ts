/** Which proxies are believed about where a request comes from, and which header of theirs. */
export interface ProxyTrust {
  /** Addresses, or networks such as `10.0.0.0/8`. */
  readonly proxies: readonly string[];
  /** The one header that these proxies write; the other one passes from strangers unchanged. */
  readonly header: "x-forwarded-for" | "forwarded";
}
