import { type Category, photo, product } from './product.ts'

export const home: Category = {
  slug: 'home',
  name: 'For the home',
  description: 'A table for the bed, a table for the hall, a lamp over the one and a lion for the other.',
  products: [
    product({
      code: 'BEDTABLE',
      slug: 'three-legged-bedside-table',
      name: 'Three-legged bedside table',
      summary: 'A round white top on three legs that were dipped in paint only halfway. Room for a clock, a glass and a book.',
      text: [
        'Three legs never wobble, which matters in old houses. The top has a lip as thick as a finger, so that the pencil stays on; the feet are bare oak up to the line where the painter stopped.',
        'It comes flat in a box, and the legs turn in by hand. Clock and plant were there already.',
      ],
      details: {
        Size: 'Ø 42 cm, 52 cm high',
        Top: 'Lacquered MDF',
        Legs: 'Solid oak, half painted',
        Assembly: 'By hand, no tools',
        Load: '15 kg',
      },
      photos: [
        photo(
          'bedside-table',
          0.62,
          0.52,
          'A round white bedside table with half-painted wooden legs, an alarm clock and a small plant on it, beside a bed.',
        ),
      ],
      price: 79_00,
      grams: 4600,
      stock: 23,
    }),
    product({
      code: 'OAKDESK',
      slug: 'oak-desk-with-drawers',
      name: 'Oak desk with drawers',
      summary: 'A long, shallow desk with drawers under a solid oak top, on white hairpin legs.',
      text: [
        'Fifty centimetres deep is enough for a laptop and an elbow and leaves the room its floor. Drawers run on wood, as they used to, and stick a little in August, as they used to.',
        'The top is one board wide, oiled three times. It will take rings from glasses; sandpaper and an evening will take them out again. It makes a good hall table too, with a plant on it.',
      ],
      details: {
        Size: '140 × 50 × 75 cm',
        Top: 'Solid oak, oiled',
        Legs: 'Powder-coated steel',
        Drawers: 'Three, oak on oak',
        Assembly: 'Legs only, 15 minutes',
      },
      photos: [
        photo(
          'spider-plant-desk',
          0.5,
          0.6,
          'A light oak desk with drawers on white metal legs; on it a woven runner and a spider plant in a red pot.',
        ),
      ],
      price: 540_00,
      grams: 27_000,
      limit: 3,
      stock: 9,
    }),
    product({
      code: 'PENDANT',
      slug: 'white-pendant-lamp',
      name: 'Pendant lamp',
      summary: 'A spun aluminium shade, matt outside and white within, that puts the light on the table and nowhere else.',
      text: [
        'Hang it so low that you can just see the face across the table, about sixty centimetres above the top. The shade is deep enough that nobody looks into the bulb.',
        'It is spun by hand over a wooden form in a workshop that also makes church bells. Takes any E27 bulb up to 60 watts; a warm, dim one suits it best. Two metres of cloth-covered cable.',
      ],
      details: {
        Size: 'Ø 36 cm, 24 cm high',
        Material: 'Spun aluminium',
        Socket: 'E27, up to 60 W',
        Cable: '2 m, cloth-covered',
        Bulb: 'Not included',
      },
      photos: [photo('pendant-lamp', 0.32, 0.55, 'A lit white pendant lamp hanging in front of a teal wall.')],
      price: 119_00,
      grams: 1450,
      choose: ['Colour', { White: 30, Black: 18, 'Signal red': { stock: 7, price: 129_00 } }],
    }),
    product({
      code: 'LION',
      slug: 'stone-guardian-lion',
      name: 'Guardian lion',
      summary: 'A guardian lion in cast stone, one paw on a ball, mouth open. It keeps watch over doors and does not eat.',
      text: [
        'They come in pairs at temple gates: one holds a ball, the other a cub. Ours is the one with the ball, who looks after the outside. Cast in stone dust and lime from a mould taken off a carved original, then brushed by hand until the curls stand out.',
        'Frost does it no harm. Moss does it good. Needs two people, or one and a sack barrow.',
      ],
      details: {
        Size: '38 × 24 × 46 cm',
        Material: 'Cast stone',
        Use: 'Indoors and out, frost-proof',
        Weight: '31 kg',
        Delivery: 'To the kerb',
      },
      photos: [
        photo(
          'stone-lion-statue',
          0.42,
          0.62,
          'A grey stone guardian lion with curled mane and open mouth, lit against a dark blue night sky.',
        ),
      ],
      price: 245_00,
      grams: 31_000,
      limit: 2,
      stock: 6,
    }),
  ],
}
