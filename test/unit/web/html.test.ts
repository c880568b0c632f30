import { expect, it } from "vitest";
import { html, type SafeHtml } from "../../../src/web/html.ts";

it("escapes every character that ends text or an attribute", () => {
  const evil = `<script>alert("1")</script>&'\``;
  expect(html`<p title="${evil}">${evil}</p>`.toString()).toBe(
    '<p title="&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;&#96;">' +
      "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;&#96;</p>",
  );
});

it("shows control characters and changes of reading direction instead of obeying them", () => {
  expect(html`${"cod\u202Eexe.txt\u2066\u0000\u0007"}`.toString()).toBe("cod�exe.txt���");
});

it("leaves letters of other scripts, emoji and line breaks alone", () => {
  const text = "Zoë 東京 مرحبا 👩‍👩‍👧\n\t";
  expect(html`${text}`.toString()).toBe(text);
});

it("puts nested markup and lists in as they are, numbers as digits, undefined as nothing", () => {
  const items = [html`<li>${"<a>"}</li>`, html`<li>${2}</li>`];
  expect(html`${items}${undefined}`.toString()).toBe("<li>&lt;a&gt;</li><li>2</li>");
});

it("escapes an object that only claims to be markup", () => {
  const forged = { toString: () => "<img onerror=alert(1)>" } as unknown as SafeHtml;
  expect(html`${forged}`.toString()).toBe("&lt;img onerror=alert(1)&gt;");
});
