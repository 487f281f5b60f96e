/** The page: one self-contained file that loads nothing and runs nothing but its own script. */
import { createHash } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { renderToString } from 'preact-render-to-string';
import type { ComponentChildren } from 'preact';
import { Hatches } from './bar.js';
import { Card } from './card.js';
import { Header, titleOf } from './header.js';
import { briefOf, People } from './list.js';
import { MethodSection } from './methodSection.js';
import type { Person, Report } from './report.js';
import { SpreadSection } from './spreadSection.js';
import { TrustSection } from './trustSection.js';

/** The style and the script of the page, as text. */
export interface Assets {
  readonly style: string;
  readonly script: string;
}

/** Rows whose cards are part of the page; beyond it they are kept in a block of JSON, and made when a row is opened. */
const INLINE = 200;

/** The policy of the page: nothing is loaded, and only these two texts have an effect. */
export const policyOf = ({ style, script }: Assets): string => {
  const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  return `default-src 'none'; style-src ${hash(style)}; script-src ${hash(script)}; base-uri 'none'; form-action 'none'`;
};

/** A value as JSON that no text in it can end: neither a tag nor a comment begins in it. */
export const jsonBlock = (value: unknown): string =>
  JSON.stringify(value).replaceAll(/[<>&\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** The cards of all people, as HTML: compressed, because they repeat each other. */
const cardsOf = (report: Report): { deflated: string } => {
  const cards = report.people.map((person) => shortened(renderToString(<Card person={person} report={report} />)));
  return { deflated: deflateRawSync(JSON.stringify(cards)).toString('base64') };
};

/**
 * HTML without end tags that it may leave out, a tenth of a page. No text contains a tag, since `<` is escaped in all of
 * it; the style and the script name none.
 */
const shortened = (html: string): string =>
  html.replaceAll(/><\/(?:rect|circle|line|path)>/g, '/>').replaceAll(/<\/(?:td|th|tr|li|dt|dd)>/g, '');

const raw = (text: string) => ({ dangerouslySetInnerHTML: { __html: text } });

const Page = ({ report, assets }: { readonly report: Report; readonly assets: Assets }) => {
  const isInline = report.people.length <= INLINE;
  const body = (person: Person): ComponentChildren =>
    isInline ? <Card person={person} report={report} /> : <p class="brief">{briefOf(person, report)}</p>;
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content={policyOf(assets)} />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <meta name="robots" content="noindex" />
        <title>{titleOf(report)}</title>
        <style {...raw(assets.style)} />
      </head>
      <body>
        <Hatches />
        <Header report={report} />
        <main>
          <div class="main">
            <People report={report} body={body} />
            <SpreadSection report={report} />
          </div>
          <TrustSection report={report} />
          <MethodSection report={report} />
        </main>
        <footer>
          Made by gesture {report.version} from {report.from}. Everything on this page is in this file; it holds the
          names of your people, so share it as you would share a list of customers.
        </footer>
        {isInline ? null : <script type="application/json" id="cards" {...raw(jsonBlock(cardsOf(report)))} />}
        <script {...raw(assets.script)} />
      </body>
    </html>
  );
};

/** The report as an HTML file. */
export const pageOf = (report: Report, assets: Assets): string =>
  `<!doctype html>\n${shortened(renderToString(<Page report={report} assets={assets} />))}\n`;
