//! What holds for the nodes of a record.

use std::collections::HashMap;

use roxmltree::Node;

use super::document::{Document, attribute, elements};
use super::record::{NodeId, Record, Target};
use crate::read::Problems;

/// The binds of a form, by what they are about.
pub(super) struct Binds<'d> {
    of_nodes: HashMap<NodeId, Node<'d, 'd>>,
    of_attributes: HashMap<(NodeId, &'d str), Node<'d, 'd>>,
    by_id: HashMap<&'d str, NodeId>,
}

impl<'d> Binds<'d> {
    pub(super) fn of(
        document: &Document<'d>,
        model: Node<'d, 'd>,
        record: &Record<'d>,
        problems: &mut Problems,
    ) -> Self {
        let mut binds = Binds {
            of_nodes: HashMap::new(),
            of_attributes: HashMap::new(),
            by_id: HashMap::new(),
        };
        let all = elements(model).filter(|element| element.tag_name().name() == "bind");
        for bind in all {
            let Some(nodeset) = attribute(bind, "nodeset").or_else(|| attribute(bind, "ref")) else {
                problems.error(
                    document
                        .error(
                            bind,
                            "no_reference",
                            "nodeset",
                            "the bind does not say what it is about",
                        )
                        .hint("give it a `nodeset` such as `/data/name`"),
                );
                continue;
            };
            let earlier = match record.follow(nodeset, record.root()) {
                Some(Target::Node(node)) => {
                    if let Some(id) = attribute(bind, "id") {
                        binds.by_id.insert(id, node);
                    }
                    binds.of_nodes.insert(node, bind)
                }
                Some(Target::Attribute(node, name)) => binds.of_attributes.insert((node, name), bind),
                None => {
                    // Other programs ignore such binds too: what they were about is gone.
                    problems.warn(missing_node(document, bind, "nodeset", nodeset));
                    None
                }
            };
            if let Some(earlier) = earlier {
                let line = document.line(earlier);
                problems.warn(
                    document
                        .error(
                            bind,
                            "duplicate_bind",
                            "nodeset",
                            format!("`{}` has a bind already, in line {line}", nodeset.trim()),
                        )
                        .hint("only the last counts: put everything into one of them"),
                );
            }
        }
        binds
    }

    /// Returns the bind of a node.
    pub(super) fn of_node(&self, node: NodeId) -> Option<Node<'d, 'd>> {
        self.of_nodes.get(&node).copied()
    }

    /// Returns an attribute of the bind of a node.
    pub(super) fn value(&self, node: NodeId, name: &str) -> Option<&'d str> {
        attribute(self.of_node(node)?, name)
    }

    /// Returns an attribute of the bind of a node's attribute.
    pub(super) fn value_of_attribute(&self, node: NodeId, of: &'d str, name: &str) -> Option<&'d str> {
        attribute(*self.of_attributes.get(&(node, of))?, name)
    }

    /// Returns the node whose bind has this id.
    pub(super) fn named(&self, id: &str) -> Option<NodeId> {
        self.by_id.get(id).copied()
    }

    /// Returns the data type of a node, without a prefix; empty if the bind does not say.
    pub(super) fn data_type(&self, node: NodeId) -> &'d str {
        let written = self.value(node, "type").unwrap_or("").trim();
        match written.split_once(':') {
            Some(("odk", _)) | None => written,
            Some((_, local)) => local,
        }
    }
}

/// A path that leads to no node of the record.
pub(super) fn missing_node(
    document: &Document<'_>,
    node: Node<'_, '_>,
    attribute: &str,
    path: &str,
) -> crate::read::FormError {
    document
        .error(
            node,
            "unknown_node",
            attribute,
            format!("`{}` leads to nothing in the record", path.trim()),
        )
        .hint("put an element for it into the first `instance`, or correct the path")
}
