import { html, type SafeHtml } from "./html.ts";

/** The names of the two fields. */
export const TOKEN_FIELD = "private_token";
export const LOCATION_FIELD = "private_location";

/**
 * The fields for a private integration token. The token is never filled in, also not with what was just
 * sent; browsers do not offer to keep it.
 */
export const renderPrivateTokenFields = (locationId: string | undefined): SafeHtml =>
  html`<div class="field">
      <label for="${LOCATION_FIELD}">Location id</label>
      <input
        id="${LOCATION_FIELD}"
        name="${LOCATION_FIELD}"
        type="text"
        value="${locationId ?? ""}"
        maxlength="64"
        autocomplete="off"
        autocapitalize="none"
        spellcheck="false"
        aria-describedby="${LOCATION_FIELD}-hint"
      />
      <p class="hint" id="${LOCATION_FIELD}-hint">
        The part after <code>/location/</code> in the address of the location at GoHighLevel.
      </p>
    </div>
    <div class="field">
      <label for="${TOKEN_FIELD}">Private integration token</label>
      <input
        id="${TOKEN_FIELD}"
        name="${TOKEN_FIELD}"
        type="password"
        maxlength="256"
        autocomplete="off"
        aria-describedby="${TOKEN_FIELD}-hint"
      />
      <p class="hint" id="${TOKEN_FIELD}-hint">
        Made in the location under Settings, Private Integrations, with the scope View Locations
        among others. It starts with <code>pit-</code>.
      </p>
    </div>`;
