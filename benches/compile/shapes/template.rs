//! Text that grows. In: text in which `«..»` stands for what is repeated, as the head of `families.txt` says, and a size. Out: the text of
//! that size.

/// The text of size n.
pub(super) fn expand(text: &str, n: usize) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('«') {
        let (repeated, after) = behind.split_once('»').expect("what is repeated ends");
        out.push_str(&numbered(before, 0, n));
        out.push_str(&repeat(repeated, n));
        rest = after;
    }
    out + &numbered(rest, 0, n)
}

fn repeat(repeated: &str, n: usize) -> String {
    let (times, each) = match repeated.strip_prefix('*') {
        Some(counted) => {
            let mut numbers = Numbers { text: counted, i: 0, n };
            (numbers.atom(), numbers.text.trim_start())
        }
        None => (n, repeated),
    };
    let (each, between) = each.split_once('‖').unwrap_or((each, "\n"));
    let all: Vec<String> = (0..times).map(|i| numbered(each, i, n)).collect();
    all.join(between)
}

/// The text with its numbers.
fn numbered(text: &str, i: usize, n: usize) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('$') {
        out.push_str(before);
        let is_hexadecimal = behind.starts_with('x');
        let mut numbers = Numbers { text: behind.trim_start_matches('x'), i, n };
        let number = numbers.atom();
        let written = if is_hexadecimal { format!("{:x}", number & 0xffff_ffff) } else { number.to_string() };
        out.push_str(&written);
        rest = numbers.text;
    }
    out + rest
}

/// Reads numbers: decimals, `i`, `n`, `<<`, `+`, `-`, `*`, `%` and parentheses, with the precedence of C.
struct Numbers<'t> {
    text: &'t str,
    i: usize,
    n: usize,
}

impl Numbers<'_> {
    fn take(&mut self, word: &str) -> bool {
        let rest = self.text.trim_start().strip_prefix(word);
        self.text = rest.unwrap_or(self.text);
        rest.is_some()
    }

    fn shift(&mut self) -> usize {
        let mut value = self.sum();
        while self.take("<<") {
            value <<= self.sum();
        }
        value
    }

    fn sum(&mut self) -> usize {
        let mut value = self.product();
        loop {
            if self.take("+") {
                value += self.product();
            } else if self.take("-") {
                value -= self.product();
            } else {
                return value;
            }
        }
    }

    fn product(&mut self) -> usize {
        let mut value = self.atom();
        loop {
            if self.take("*") {
                value *= self.atom();
            } else if self.take("%") {
                value %= self.atom();
            } else {
                return value;
            }
        }
    }

    fn atom(&mut self) -> usize {
        if self.take("(") {
            let value = self.shift();
            assert!(self.take(")"), "`)` is missing before `{}`", self.text);
            return value;
        }
        if self.take("i") {
            return self.i;
        }
        if self.take("n") {
            return self.n;
        }
        let text = self.text.trim_start();
        let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (number, rest) = text.split_at(digits);
        self.text = rest;
        number.parse().unwrap_or_else(|_| panic!("a number is missing before `{text}`"))
    }
}
