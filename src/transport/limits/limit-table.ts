import type { Rate } from "./rate-limiter.ts";

/**
 * What one process takes in, and why that much. An address is that of the connection, or what a
 * trusted proxy says; behind any other proxy all people share one, and hosted assistants send all their users' requests from a few. So the limits
 * per address let a whole company through, and what a client does all day has none: refreshing
 * (attack case I16), and whatever succeeds at the token endpoint.
 */
export const LIMITS = {
  /** A registration is a record for a day. Honest clients register once, or once a start. */
  registrationPerAddress: { burst: 100, perSecond: 1 },
  /** However many addresses a flood comes from: at most 87,000 records of unused clients at a time. */
  registrationInAll: { burst: 500, perSecond: 1 },
  /** An authorization request is a record for 10 minutes. A person makes one, a nervous one three. */
  authorizationPerAddress: { burst: 200, perSecond: 2 },
  /** However many addresses: at most 14,000 open requests at a time. */
  authorizationInAll: { burst: 2000, perSecond: 20 },
  /** An approval is a record for 10 minutes as well, and can be sent again and again. */
  decisionPerAddress: { burst: 200, perSecond: 2 },
  /** A page of activity reads up to 1,000 records. A person looks, narrows and turns pages. */
  activityPerAddress: { burst: 60, perSecond: 1 },
  /** A page of usage reads up to 32 records for each of 20 accounts, and asks for names. */
  usagePerAddress: { burst: 60, perSecond: 1 },
  /** The pages of connections and grants, together: a few records for each account, and names. */
  personPagePerAddress: { burst: 120, perSecond: 2 },
  /** A callback without a state is a request to GoHighLevel, and a record if the code is good. */
  installPerAddress: { burst: 20, perSecond: 0.2 },
  /** However many addresses: GoHighLevel must not be flooded with made-up codes in our name. */
  installInAll: { burst: 200, perSecond: 2 },
  /** A token that is entered is a request to GoHighLevel. A person enters one, and corrects it. */
  privateTokenPerAddress: { burst: 20, perSecond: 0.2 },
  /** However many addresses: this server must not be the place to try stolen tokens at. */
  privateTokenInAll: { burst: 200, perSecond: 2 },
  /** Wrong codes of one client from one address. A sound client sends none; a broken one slows down. */
  codeFailure: { burst: 60, perSecond: 1 },
  /** Wrong secrets and signatures of one client from one address: a client set up wrongly, or a guess. */
  secretFailure: { burst: 30, perSecond: 0.5 },
  /**
   * Documents and keys of clients of which no copy is kept. Less than what is fetched for all such clients
   * together, 16 at once and 30 a minute from one origin: no address keeps another from its first sign-in.
   */
  unknownDocumentPerAddress: { burst: 15, perSecond: 0.1 },
  /** Copies that are read again; less than for all as well. Beyond it the old copy serves. */
  knownDocumentPerAddress: { burst: 10, perSecond: 0.25 },
  /** Calls of one grant. GoHighLevel takes 10 a second for a location; an agency has many. */
  callPerGrant: { burst: 1000, perSecond: 100 },
} as const satisfies Readonly<Record<string, Rate>>;

/** Rates other than those of the table, for measuring and for tests. */
export type Rates = Readonly<Partial<Record<keyof typeof LIMITS, Rate>>>;
