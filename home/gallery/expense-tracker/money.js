/** Money is whole hundredths, never a fraction of anything: 0.1 + 0.2 is 30. */
window.money = (() => {
  const MAX_CENTS = 100_000_000_000;

  /** "12", "12.5", "1,234.56", "1.234,56", "€ 7" → cents; null for what is no positive amount. */
  const parse = (text) => {
    const bare = text.replace(/[\s\u00a0\u202f'’]|\p{Sc}/gu, '');
    if (!/^\d[\d.,]*$|^[.,]\d{1,2}$/.test(bare)) return null;
    const [, whole, part = ''] = /^(.*?)(?:[.,](\d{1,2}))?$/.exec(bare);
    // What is left are separators of thousands, which must stand where they separate them.
    if (!/^\d*$|^\d{1,3}([.,]\d{3})+$/.test(whole)) return null;
    const cents = Number(whole.replace(/[.,]/g, '') || '0') * 100 + Number(part.padEnd(2, '0'));
    return cents > 0 && cents <= MAX_CENTS ? cents : null;
  };
  /** With a point and two digits, as a field or a file wants it. */
  const plain = (cents) => `${Math.trunc(cents / 100)}.${String(cents % 100).padStart(2, '0')}`;
  // The string form goes in exactly; a division would not have to.
  const show = (cents, currency) =>
    new Intl.NumberFormat(undefined, { style: 'currency', currency }).format(plain(cents));
  const digits = (currency) =>
    new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits;
  const currencies = Intl.supportedValuesOf('currency').filter((code) => digits(code) <= 2);
  const isCents = (value) => Number.isSafeInteger(value) && value > 0 && value <= MAX_CENTS;

  /** A spreadsheet runs a cell that begins like a formula; a quote in front makes it text. */
  const csv = (rows) =>
    rows
      .map((row) =>
        row
          .map((cell) => `"${(/^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell).replaceAll('"', '""')}"`)
          .join(','),
      )
      .join('\r\n');
  return { parse, plain, show, currencies, isCents, csv };
})();
