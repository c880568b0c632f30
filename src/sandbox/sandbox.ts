import type { Placement } from "../ghl/catalog/operation.ts";

/** What became known of a request; all of it where version, token and path were good. */
export interface RequestDetails {
  /** The Version header. */
  readonly version?: string;
  /** The class of the token. */
  readonly caller?: "location" | "company" | "private" | "agency_private";
  /** The operation of the catalogue that the request was for. */
  readonly operation?: string;
  /** Absent where there was no body. */
  readonly contentType?: string;
  /** The locations that the request named, by place as the catalogue writes it. */
  readonly placements?: Readonly<Partial<Record<Placement, string>>>;
  /** What the catalogue has against the request: nothing, or the reasons of the first failed check. */
  readonly complaints?: readonly string[];
}

/** One request that the sandbox answered, for tests that count them. */
export interface SandboxRequest extends RequestDetails {
  readonly method: string;
  /** Path without the query. */
  readonly path: string;
  /** 0 where the connection was cut before the request was handled. */
  readonly status: number;
  /** `refresh_token`, `authorization_code`, … for `/oauth/token`. */
  readonly grantType?: string;
}

/** Levers for tests and demonstrations. */
export interface SandboxControl {
  /** Everything answered since the start or the last `clear`, the last 50,000 of it. */
  requests(): readonly SandboxRequest[];
  clearRequests(): void;
  /** Every access token issued so far is refused as expired from now on; refresh tokens still work. */
  expireAccessTokens(): void;
  /** Every refresh token issued so far is refused from now on. */
  revokeRefreshTokens(): void;
  /** The scopes that new sign-ins get, in place of those asked for; undefined: as asked for. */
  limitScopes(scopes: readonly string[] | undefined): void;
  /** The next `count` requests whose path starts with `pathPrefix` get this treatment. */
  misbehave(fault: SandboxFault): void;
  /** Refreshes for the location are refused with "Location is not active"; the token stays good. */
  pauseLocation(locationId: string): void;
  /** Ends a pause. */
  resumeLocation(locationId: string): void;
  /** Uninstalling through the API sends the UNINSTALL webhook to this http address, as GoHighLevel does. */
  sendUninstallsTo(url: string | undefined): void;
  /** What becomes of PKCE parameters. `ignore` where not set, as GoHighLevel documents none. */
  setPkce(mode: PkceMode): void;
  /** Whether the sign-in page sends the browser back without the app's state, as GoHighLevel may. */
  dropState(isDropped: boolean): void;
  /** Whether the app is a draft, whose sign-in page asks for the version id besides the client id. */
  requireVersionId(isRequired: boolean): void;
  /** Makes a new private integration token for a location; the old one is refused from now on. */
  rotatePrivateToken(locationId: string): string;
  /**
   * A contact writes: the message is unread in its conversation, which is started where there is none.
   * Throws where there is no such contact.
   */
  receiveMessage(message: InboundMessage): {
    readonly conversationId: string;
    readonly messageId: string;
  };
  /** A webhook as GoHighLevel would send it: app, time and delivery id are filled in where absent. */
  signWebhook(event: Readonly<Record<string, unknown>>): SignedWebhook;
  /** Signs a webhook and sends it to an http address. Gives the status of the answer. */
  sendWebhook(url: string, event: Readonly<Record<string, unknown>>): Promise<number>;
}

/**
 * How PKCE parameters are taken: not looked at; verified (RFC 7636 §4.6, a verifier without a challenge
 * refused too); refused as unknown by the token endpoint, the code unused; refused by the sign-in page.
 */
export type PkceMode = "ignore" | "verify" | "refuse_at_token" | "refuse_at_page";
/** A message from a contact. */
export interface InboundMessage {
  readonly contactId: string;
  readonly text: string;
  /** SMS where not given. */
  readonly channel?: "SMS" | "Email" | "WhatsApp" | "FB" | "IG";
  /** Of an email. */
  readonly subject?: string;
}

/** A webhook, ready to be sent as it is. */
export interface SignedWebhook {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** One way to misbehave. */
export interface SandboxFault {
  readonly pathPrefix: string;
  readonly count: number;
  readonly how:
    | {
        readonly kind: "status";
        readonly status: number;
        readonly body?: string;
        readonly headers?: Readonly<Record<string, string>>;
      }
    | { readonly kind: "delay"; readonly delayMs: number }
    | { readonly kind: "cut" }
    /** Handles the request in full, state changes included, then cuts the connection. */
    | { readonly kind: "lose_answer" };
}

/** A running sandbox. */
export interface RunningSandbox {
  /** `http://127.0.0.1:<port>`: the API base. */
  readonly baseUrl: string;
  /** The chooselocation page. */
  readonly authorizeUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly control: SandboxControl;
  /** The agency of the sample data. */
  readonly companyId: string;
  /** The version id of the client's app, which a draft app's sign-in page asks for. */
  readonly versionId: string;
  /** The app id of the client, as `GET /oauth/installedLocations` wants it. */
  readonly appId: string;
  /** The locations of the sample data. */
  readonly locations: readonly { readonly id: string; readonly name: string }[];
  /** What the sandbox's webhooks are verified with: Ed25519, DER in base64. The same in every run. */
  readonly webhookPublicKey: string;
  /** A private integration token for each location, by location id. The same in every run. */
  readonly privateTokens: ReadonlyMap<string, string>;
  /** A private integration token of the agency, which no endpoint of a location takes. */
  readonly agencyPrivateToken: string;
  /** Stops listening and drops open connections. */
  close(): Promise<void>;
}
