//! What a terminal shows, as a picture: SVG, the same bytes for the same screen.

use std::fmt::Write;
use vt100::{Cell, Color, Screen};

/// Pixels of a character.
const WIDTH: usize = 8;
/// Pixels of a line.
const HEIGHT: usize = 18;
/// Pixels around all.
const MARGIN: usize = 16;

/// Draws the lines of a screen, down to the last that has something on it.
pub fn picture(screen: &Screen, title: &str) -> String {
    let (rows, columns) = screen.size();
    let last = (0..rows).rev().find(|&row| !line(screen, row, columns).trim().is_empty()).unwrap_or(0);
    let (width, height) = (usize::from(columns) * WIDTH + 2 * MARGIN, (usize::from(last) + 1) * HEIGHT + 2 * MARGIN);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         role=\"img\">\n<title>{}</title>\n<rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"#16181d\"/>\n\
         <g font-family=\"ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace\" font-size=\"13\" \
         fill=\"#d7dae0\">\n",
        escaped(title)
    );
    for row in 0..=last {
        let is_blank = |column: &u16| letter(screen, row, *column) == " ";
        let mut column = 0;
        while let Some(start) = (column..columns).find(|column| !is_blank(column)) {
            // Blanks look like what stands before them.
            let look = look(screen.cell(row, start));
            let same = |column: &u16| is_blank(column) || self::look(screen.cell(row, *column)) == look;
            column = (start..columns).find(|column| !same(column)).unwrap_or(columns);
            let text: String = (start..column).map(|column| letter(screen, row, column)).collect();
            let text = text.trim_end();
            // Whatever font is there, columns stay columns.
            let (x, y) = (MARGIN + usize::from(start) * WIDTH, MARGIN + usize::from(row) * HEIGHT + 13);
            let length = text.chars().count() * WIDTH;
            let text = escaped(text);
            writeln!(
                svg,
                "<text x=\"{x}\" y=\"{y}\" textLength=\"{length}\" xml:space=\"preserve\"{look}>{text}</text>"
            )
            .expect("a text takes everything");
        }
    }
    svg + "</g>\n</svg>\n"
}

fn line(screen: &Screen, row: u16, columns: u16) -> String {
    (0..columns).map(|column| letter(screen, row, column)).collect()
}

fn letter(screen: &Screen, row: u16, column: u16) -> String {
    let contents = screen.cell(row, column).map(Cell::contents).unwrap_or_default();
    if contents.is_empty() { " ".to_owned() } else { contents.to_owned() }
}

fn look(cell: Option<&Cell>) -> String {
    let Some(cell) = cell else { return String::new() };
    let color = match cell.fgcolor() {
        Color::Idx(1) => " fill=\"#ff7b72\"",
        Color::Idx(2) => " fill=\"#7ee787\"",
        Color::Idx(3) => " fill=\"#f2cc60\"",
        _ if cell.dim() => " fill=\"#8b929e\"",
        _ => "",
    };
    let weight = if cell.bold() { " font-weight=\"bold\"" } else { "" };
    format!("{color}{weight}")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
