/**
 * Sums are worked out as fractions of whole numbers, so that 0.1 + 0.2 is 0.3 and 1 / 3 × 3 is 1. Only what is shown
 * is rounded.
 */
window.arithmetic = (() => {
  const MAX_POWER = 1000n;
  const MAX_DIGITS = 5000;
  const MAX_DEPTH = 100;
  const size = (value) => (value < 0n ? -value : value);
  const divisor = (a, b) => {
    let [x, y] = [size(a), size(b)];
    while (y !== 0n) [x, y] = [y, x % y];
    return x;
  };
  const fraction = (top, bottom) => {
    if (bottom === 0n) throw new Error('Nothing can be divided by zero');
    const common = divisor(top, bottom) * (bottom < 0n ? -1n : 1n);
    const made = { top: top / common, bottom: bottom / common };
    if (made.top.toString().length + made.bottom.toString().length > MAX_DIGITS) throw new Error('Too large');
    return made;
  };
  const whole = (value) => ({ top: value, bottom: 1n });
  const number = (text) => {
    const [before, after = ''] = text.split('.');
    return fraction(BigInt(`${before}${after}` || '0'), 10n ** BigInt(after.length));
  };
  const power = (base, exponent) => {
    if (exponent.bottom !== 1n) throw new Error('Only whole powers');
    if (size(exponent.top) > MAX_POWER) throw new Error('Too large');
    const count = size(exponent.top);
    const [top, bottom] = [base.top ** count, base.bottom ** count];
    return exponent.top < 0n ? fraction(bottom, top) : fraction(top, bottom);
  };
  const OPERATIONS = {
    '+': (a, b) => fraction(a.top * b.bottom + b.top * a.bottom, a.bottom * b.bottom),
    '-': (a, b) => fraction(a.top * b.bottom - b.top * a.bottom, a.bottom * b.bottom),
    '*': (a, b) => fraction(a.top * b.top, a.bottom * b.bottom),
    '/': (a, b) => fraction(a.top * b.bottom, a.bottom * b.top),
    '^': power,
  };

  const TOKEN = /\s*(?:(\d+\.?\d*|\.\d+)|([-+*/^()%]))/y;
  const tokens = (text) => {
    const plain = text.replace(/[×·]/g, '*').replace(/[÷:]/g, '/').replace(/[−–]/g, '-').replace(/,/g, '.');
    const found = [];
    TOKEN.lastIndex = 0;
    for (let at = 0; plain.slice(at).trim() !== ''; at = TOKEN.lastIndex) {
      const match = TOKEN.exec(plain);
      if (!match) throw new Error(`“${[...plain.slice(at).trim()][0]}” is no part of a sum`);
      found.push(match[1] ?? match[2]);
    }
    return found;
  };

  /** Recursive descent; `a + b %` takes the percentage of a, as pocket calculators do. */
  const evaluate = (text) => {
    const list = tokens(text);
    let at = 0;
    let depth = 0;
    const take = (...wanted) => (wanted.includes(list[at]) ? list[at++] : undefined);
    const unary = () => {
      if (++depth > MAX_DEPTH) throw new Error('Too many brackets');
      const sign = take('-', '+');
      const value = sign ? unary() : raised();
      depth--;
      return sign === '-' ? { top: -value.top, bottom: value.bottom } : value;
    };
    const raised = () => {
      const base = atom();
      return take('^') ? power(base, unary()) : base;
    };
    const atom = () => {
      if (take('(')) {
        const { value } = sum();
        // A bracket that is still open at the end is taken as closed.
        if (!take(')') && at < list.length) throw new Error('A bracket is missing');
        return value;
      }
      const token = list[at];
      if (token === undefined) throw new Error('Something is missing');
      if (!/[\d]/.test(token)) throw new Error(`“${token}” is in the wrong place`);
      at++;
      return number(token);
    };
    /** A product, and whether it was nothing but a percentage. */
    const product = () => {
      let value = unary();
      let percent = false;
      for (;;) {
        const sign = take('*', '/');
        if (sign) {
          value = OPERATIONS[sign](value, unary());
          percent = false;
        } else if (take('%')) {
          value = OPERATIONS['/'](value, whole(100n));
          percent = true;
        } else if (list[at] === '(') value = OPERATIONS['*'](value, unary());
        else return { value, percent };
      }
    };
    const sum = () => {
      let { value } = product();
      for (let sign = take('+', '-'); sign; sign = take('+', '-')) {
        const next = product();
        value = OPERATIONS[sign](value, next.percent ? OPERATIONS['*'](value, next.value) : next.value);
      }
      return { value };
    };
    const { value } = sum();
    if (at < list.length) throw new Error(`“${list[at]}” is in the wrong place`);
    return value;
  };

  /** At most `places` decimals, rounded half away from zero; a power of ten where that would be a long row of digits. */
  const show = ({ top, bottom }, places = 10) => {
    const scale = 10n ** BigInt(places);
    const scaled = (size(top) * scale * 2n + bottom) / (bottom * 2n);
    const integer = String(scaled / scale);
    const rest = String(scaled % scale)
      .padStart(places, '0')
      .replace(/0+$/, '');
    const sign = top < 0n && scaled > 0n ? '-' : '';
    if (integer.length > 15) {
      const digits = `${integer[0]}.${integer.slice(1, 10)}`.replace(/\.?0+$/, '');
      return `${sign}${digits}e${integer.length - 1}`;
    }
    return `${sign}${integer}${rest ? `.${rest}` : ''}`;
  };
  return { evaluate, show };
})();
