//! XML documents.

use roxmltree::Node;

use super::{TableError, Tree};

/// Reads a document.
pub(super) fn read(text: &str) -> Result<Tree, TableError> {
    let document = crate::xml::parse(text)?;
    grow(std::iter::once(document.root_element()))
}

/// Makes a document of these elements.
pub(crate) fn grow<'d, 'i: 'd>(elements: impl Iterator<Item = Node<'d, 'i>>) -> Result<Tree, TableError> {
    let mut tree = Tree::new();
    for element in elements {
        put(&mut tree, element)?;
    }
    Ok(tree.finished())
}

/// Puts an element with all that is in it behind what is there. Elements stand in one another only
/// as deep as the reading of XML allows.
fn put(tree: &mut Tree, element: Node<'_, '_>) -> Result<(), TableError> {
    let node = tree.begin(element.tag_name().name())?;
    for attribute in element.attributes() {
        tree.set_attribute(node, attribute.name(), attribute.value());
    }
    if element.children().any(|child| child.is_element()) {
        for child in element.children() {
            if child.is_element() {
                put(tree, child)?;
            } else if let Some(text) = child.text().filter(|_| child.is_text()) {
                tree.text_between(text)?;
            }
        }
    } else {
        let text: String = element
            .children()
            .filter(Node::is_text)
            .filter_map(|child| child.text())
            .collect();
        tree.set_text(node, &text);
    }
    tree.end();
    Ok(())
}
