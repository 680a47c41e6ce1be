// Takes the place of the theme's file of this name, which brings every icon that there is as SVG (0.5 MB
// gzipped). The theme's stylesheet draws the same icons from its font, so nothing has to be loaded here.
