//! Pixels: the scene drawn at twice the size, then four pixels made one.
//!
//! kuva's rasteriser smooths edges along each row of pixels only; lines close to level come out as
//! stairs. Halving a picture of twice the size smooths them in both directions.

use kuva::RasterBackend;
use kuva::render::render::Scene;

const FINER: usize = 2;

/// The scene as a PNG of `scale` pixels to one SVG unit.
pub(super) fn png(scene: &Scene, scale: f32) -> Result<Vec<u8>, String> {
    let fine = RasterBackend::new().with_scale(scale * FINER as f32).render_scene(scene)?;
    let mut reader = png::Decoder::new(std::io::Cursor::new(fine)).read_info().map_err(text)?;
    let (color, depth) = reader.output_color_type();
    let channels = color.samples();
    if depth != png::BitDepth::Eight {
        return Err(format!("8 bits per channel expected, {depth:?} found"));
    }
    let size = reader.output_buffer_size().ok_or("a picture too large for this machine")?;
    let mut pixels = vec![0; size];
    let frame = reader.next_frame(&mut pixels).map_err(text)?;
    let (width, height) = (frame.width as usize, frame.height as usize);
    let small = halve(&pixels, width, height, channels);

    let mut out = Vec::new();
    let half = |side: usize| side.div_ceil(FINER) as u32;
    let mut encoder = png::Encoder::new(&mut out, half(width), half(height));
    encoder.set_color(color);
    encoder.set_depth(depth);
    let mut writer = encoder.write_header().map_err(text)?;
    writer.write_image_data(&small).map_err(text)?;
    writer.finish().map_err(text)?;
    Ok(out)
}

/// The mean of every block of pixels; blocks at the far edges may be cut.
fn halve(pixels: &[u8], width: usize, height: usize, channels: usize) -> Vec<u8> {
    let mut small = Vec::with_capacity(pixels.len() / (FINER * FINER));
    for top in (0..height).step_by(FINER) {
        for left in (0..width).step_by(FINER) {
            let rows = top..(top + FINER).min(height);
            let columns = left..(left + FINER).min(width);
            let count = rows.len() * columns.len();
            for channel in 0..channels {
                let cells = rows.clone().flat_map(|y| columns.clone().map(move |x| (y, x)));
                let sum: usize =
                    cells.map(|(y, x)| usize::from(pixels[(y * width + x) * channels + channel])).sum();
                small.push(((sum + count / 2) / count) as u8);
            }
        }
    }
    small
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_become_their_mean_also_at_the_edges() {
        let pixels = [0, 100, 30, 50, 50, 70, 10, 20, 90];
        assert_eq!(halve(&pixels, 3, 3, 1), [50, 50, 15, 90]);
    }

    #[test]
    fn a_picture_has_the_signature_and_the_size() {
        let bytes = png(&Scene::new(101.0, 50.0), 1.5).expect("png");
        assert_eq!(bytes[..8], *b"\x89PNG\r\n\x1a\n");
        let number = |at: usize| u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        assert_eq!((number(16), number(20)), (152, 75));
    }
}
