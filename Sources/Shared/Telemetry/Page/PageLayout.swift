/// A page in one file that needs no network.
package enum PageLayout {
  /// - Parameter body: what stands below the title, as HTML
  package static func html(title: String, body: String) -> String {
    """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width">
    <title>neumf: \(Markup.escaped(title))</title>
    <style>
    \(style)
    </style>
    </head>
    <body>
    <h1>\(Markup.escaped(title))</h1>
    \(body)
    </body>
    </html>

    """
  }

  /// Puts a page, or another text, at `path`, whole or not at all.
  package static func write(_ text: String, to path: String) throws(TelemetryError) {
    try OutputFile.replace(path, with: Array(text.utf8))
  }

  private static let style = """
    body { font: 15px/1.45 system-ui, sans-serif; max-width: 800px; margin: 2em auto; padding: 0 1em; color: #111; }
    svg { display: block; max-width: 100%; height: auto; margin: 1.2em 0; }
    \(ChartStyle.css)
    .wide { overflow-x: auto; font-size: 13px; }
    .wide th, .wide td { padding: .2em .6em; }
    .wide td { white-space: nowrap; }
    @media print { .wide { overflow: visible; font-size: 10px; } }
    table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
    th, td { padding: .2em .8em; text-align: right; border-bottom: 1px solid #ddd; }
    .word { text-align: left; }
    code { overflow-wrap: anywhere; }
    """
}
