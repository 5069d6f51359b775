//! What a Parquet file claims about its sizes, checked before the crate that reads it sizes anything by them.
//!
//! The crate takes such claims at their word: the children of a group, the bytes that a page expands to, the entries of a dictionary and
//! the lengths of a page's texts each become an allocation, and one that fails ends the process.

use ::parquet::basic::{Compression, Encoding};
use ::parquet::bloom_filter::Sbbf;
use ::parquet::column::page::{Page, PageMetadata, PageReader};
use ::parquet::errors::{ParquetError, Result};
use ::parquet::file::metadata::{ColumnChunkMetaData, RowGroupMetaData};
use ::parquet::file::reader::RowGroupReader;
use ::parquet::record::reader::RowIter;
use ::parquet::schema::types::Type;

use super::thrift::{INT, LIST, STRUCT, Thrift};
use crate::data::content::BEST_DEFLATE;

/// Groups of columns inside one another; the crate recurses as deep as they go.
const MOST_DEPTH: usize = 64;

/// Checks the schema at the end of a file: that it has the columns that its groups are to have, and how deep it nests.
pub(super) fn check_schema(content: &[u8]) -> Option<()> {
    let (content, tail) = content.split_last_chunk::<8>()?;
    let length = u32::from_le_bytes([tail[0], tail[1], tail[2], tail[3]]) as usize;
    let mut footer = Thrift(&content[content.len().checked_sub(length)?..]);
    // Columns that are yet to come, group by group.
    let mut open: Vec<i64> = Vec::new();
    footer.fields(|footer, id, kind| {
        // parquet.thrift: FileMetaData.schema, and in it SchemaElement.num_children.
        if id != 2 {
            return Some(false);
        }
        let (count, of) = (kind == LIST).then(|| footer.list())??;
        if of != STRUCT || open.len() > 1 {
            return None;
        }
        for _ in 0..count {
            let mut children = 0;
            footer.fields(|footer, id, kind| {
                if id == 5 {
                    children = (kind == INT).then(|| footer.int())??;
                }
                Some(id == 5)
            })?;
            open.last_mut().map_or(Some(()), |left| {
                *left -= 1;
                Some(())
            })?;
            if !(0..=count as i64).contains(&children) {
                return None;
            }
            open.push(children);
            while open.len() > 1 && open.last() == Some(&0) {
                open.pop();
            }
            if open.len() > MOST_DEPTH {
                return None;
            }
        }
        Some(true)
    })
}

/// Checks the pages of a column, from their headers alone.
pub(super) fn check_pages(content: &[u8], column: &ColumnChunkMetaData) -> Option<()> {
    let start = column.dictionary_page_offset().unwrap_or_else(|| column.data_page_offset());
    let (start, length) = (usize::try_from(start).ok()?, usize::try_from(column.compressed_size()).ok()?);
    let mut pages = content.get(start..start.checked_add(length)?)?;
    while !pages.is_empty() {
        let mut header = Thrift(pages);
        let page = Header::read(&mut header)?;
        let packed = usize::try_from(page.packed).ok()?;
        pages = header.0.get(packed..)?;
        // parquet.thrift: PageType.INDEX_PAGE, which nobody reads.
        if page.kind == 1 {
            continue;
        }
        if page.unpacked < 0 || page.unpacked as u64 > most(column.compression(), page.packed as u64) {
            return None;
        }
        if page.values.is_some_and(|values| !(0..=column.num_values()).contains(&values)) {
            return None;
        }
        // Every entry of a dictionary takes bytes. That of a page which is packed in one sense and not in another is none.
        let entries = page.entries.unwrap_or(0);
        if entries < 0 || entries > page.unpacked || page.entries.is_some() && page.values.is_some() {
            return None;
        }
    }
    Some(())
}

/// The most bytes that so many can stand for.
fn most(compression: Compression, packed: u64) -> u64 {
    let ratio = match compression {
        Compression::UNCOMPRESSED => return packed,
        // At best 64 bytes are copied by 3.
        Compression::SNAPPY => 22,
        Compression::GZIP(_) => BEST_DEFLATE,
        // At best a block of 128 KiB is a byte repeated, after 3 bytes.
        Compression::ZSTD(_) => 1 << 15,
        // No others can be unpacked here.
        _ => return 0,
    };
    packed.saturating_mul(ratio).saturating_add(1024)
}

/// What the header of a page says of sizes.
#[derive(Default)]
struct Header {
    kind: i64,
    unpacked: i64,
    packed: i64,
    /// Values of a page of data.
    values: Option<i64>,
    /// Entries of a dictionary.
    entries: Option<i64>,
}

impl Header {
    fn read(thrift: &mut Thrift<'_>) -> Option<Self> {
        let mut header = Self::default();
        thrift.fields(|thrift, id, kind| {
            // parquet.thrift: PageHeader; in DataPageHeader, DictionaryPageHeader and DataPageHeaderV2 the first field counts.
            match (id, kind) {
                (1, INT) => header.kind = thrift.int()?,
                (2, INT) => header.unpacked = thrift.int()?,
                (3, INT) => header.packed = thrift.int()?,
                (5 | 7 | 8, STRUCT) => {
                    let mut count = None;
                    thrift.fields(|thrift, id, kind| {
                        if id == 1 {
                            count = Some((kind == INT).then(|| thrift.int())??);
                        }
                        Some(id == 1)
                    })?;
                    *(if id == 7 { &mut header.entries } else { &mut header.values }) = Some(count?);
                }
                (1..=3 | 5 | 7 | 8, _) => return None,
                _ => return Some(false),
            }
            Some(true)
        })?;
        Some(header)
    }
}

/// A group of rows whose pages are checked once more when they are unpacked, before their values are decoded.
pub(super) struct Checked<'r>(pub(super) Box<dyn RowGroupReader + 'r>);

impl RowGroupReader for Checked<'_> {
    fn metadata(&self) -> &RowGroupMetaData {
        self.0.metadata()
    }

    fn num_columns(&self) -> usize {
        self.0.num_columns()
    }

    fn get_column_page_reader(&self, i: usize) -> Result<Box<dyn PageReader>> {
        let gaps = self.metadata().column(i).column_descr().max_def_level() > 0;
        Ok(Box::new(Pages { pages: self.0.get_column_page_reader(i)?, gaps }))
    }

    fn get_column_bloom_filter(&self, i: usize) -> Option<&Sbbf> {
        self.0.get_column_bloom_filter(i)
    }

    fn get_row_iter(&self, projection: Option<Type>) -> Result<RowIter<'_>> {
        RowIter::from_row_group(projection, self)
    }
}

struct Pages {
    pages: Box<dyn PageReader>,
    /// Whether the values are preceded by which of them are there.
    gaps: bool,
}

impl Iterator for Pages {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}

impl PageReader for Pages {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        let page = self.pages.get_next_page()?;
        match &page {
            Some(page) if check_lengths(page, self.gaps).is_none() => {
                Err(ParquetError::General("a page claims other lengths than it has".to_owned()))
            }
            _ => Ok(page),
        }
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        self.pages.peek_next_page()
    }

    fn skip_next_page(&mut self) -> Result<()> {
        self.pages.skip_next_page()
    }
}

/// Texts that are encoded by their differences begin with their lengths, as many as they say themselves.
fn check_lengths(page: &Page, gaps: bool) -> Option<()> {
    let lists = match page.encoding() {
        Encoding::DELTA_LENGTH_BYTE_ARRAY => 1,
        Encoding::DELTA_BYTE_ARRAY => 2,
        _ => return Some(()),
    };
    let (bytes, values) = (page.buffer(), u64::from(page.num_values()));
    let start = match page {
        Page::DataPage { def_level_encoding: Encoding::RLE, .. } if gaps => {
            let length = bytes.first_chunk::<4>()?;
            4 + u32::from_le_bytes(*length) as usize
        }
        // The older encoding of levels: a bit each.
        Page::DataPage { .. } if gaps => values.div_ceil(8) as usize,
        Page::DataPageV2 { def_levels_byte_len, rep_levels_byte_len, .. } => {
            *def_levels_byte_len as usize + *rep_levels_byte_len as usize
        }
        _ => 0,
    };
    let mut rest = bytes.get(start..)?;
    for _ in 0..lists {
        let (count, after) = deltas(rest)?;
        if count > values {
            return None;
        }
        rest = after;
    }
    Some(())
}

/// How many numbers stand in a list encoded by differences (DELTA_BINARY_PACKED), and what follows it.
fn deltas(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut rest = Thrift(bytes);
    let (block, parts, count) = (rest.varint()?, rest.varint()?, rest.varint()?);
    rest.int()?;
    let each = block.checked_div(parts).filter(|each| *each > 0)?;
    let mut left = count.saturating_sub(1);
    while left > 0 {
        rest.int()?;
        let (widths, after) = rest.0.split_at_checked(usize::try_from(parts).ok()?)?;
        rest.0 = after;
        for &width in widths {
            // The parts after the last number have a width and no bytes.
            if left > 0 {
                let length = u64::from(width).checked_mul(each)? / 8;
                // The last part may be cut off.
                let length = usize::try_from(length).ok()?.min(rest.0.len());
                rest.0 = &rest.0[length..];
                left = left.saturating_sub(each);
            }
        }
    }
    Some((count, rest.0))
}
