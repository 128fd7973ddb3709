/** The pages that links in mails lead to. They need no sign-in: whoever has the mail has the link. */
import { Language } from '../../common/language.js';
import type { DigestConfirmationService } from './digest-confirmation.service.js';
import type { DigestService } from './digest.service.js';
import { CONFIRMATION_PAGE, type PageWording, UNSUBSCRIPTION_PAGE } from './digest-wording.js';

export const CONFIRMATION_PATH = '/digests/confirm';
export const UNSUBSCRIPTION_PATH = '/digests/unsubscribe';

/** What opening a page, and pressing its button, cost. */
const PAGE_POINTS = 50;

/** The language is in the address: a page that shows it has nobody looked up, and so tells nothing of anybody. */
export function confirmationAddress(base: string, token: string, language: Language): string {
  return `${base}${CONFIRMATION_PATH}?token=${token}&language=${language.toLowerCase()}`;
}

export function unsubscriptionAddress(base: string, token: Buffer, language: Language): string {
  return `${base}${UNSUBSCRIPTION_PATH}?token=${token.toString('base64url')}&language=${language.toLowerCase()}`;
}

/**
 * Both pages ask first, by a button: programs that look through mail open every link. Pressing it sends the same request
 * that a mailbox sends by itself (RFC 8058).
 */
export function digestPages(digests: DigestService, confirmations: DigestConfirmationService) {
  const page = (
    path: string,
    wordings: Readonly<Record<Language, PageWording>>,
    act: (token: string) => Promise<boolean>,
  ) => ({
    path,
    points: PAGE_POINTS,
    show: (parameters: URLSearchParams) => {
      const language = languageIn(parameters);
      return write(language, wordings[language], true);
    },
    submit: async (parameters: URLSearchParams) => {
      const language = languageIn(parameters);
      const isDone = await act(parameters.get('token') ?? '');
      const { title, done, invalid } = wordings[language];
      return write(language, { title, text: isDone || invalid === null ? done : invalid }, false);
    },
  });
  return [
    page(CONFIRMATION_PATH, CONFIRMATION_PAGE, (token) => confirmations.confirm(token)),
    page(UNSUBSCRIPTION_PATH, UNSUBSCRIPTION_PAGE, async (token) => {
      await digests.unsubscribe(token);
      return true;
    }),
  ];
}

function languageIn(parameters: URLSearchParams): Language {
  return parameters.get('language') === 'da' ? Language.DA : Language.EN;
}

/** Of the texts of this server alone: nothing of the request is in it, so that nothing has to be escaped. */
function write(language: Language, { title, text, button }: Partial<PageWording>, asks: boolean): string {
  // Without an address the form goes to that of the page.
  const form = asks ? `<form method="post"><button>${button}</button></form>\n` : '';
  return `<!DOCTYPE html>
<html lang="${language.toLowerCase()}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex">
<title>${title} · Medspil</title>
</head>
<body>
<main>
<h1>${title}</h1>
<p>${text}</p>
${form}</main>
</body>
</html>
`;
}
