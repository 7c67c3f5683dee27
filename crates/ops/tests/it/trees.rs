//! Trees and lists: every tree survives flattening, and no list but a flattened tree is taken.

use palmette_ops::tree::{check, flatten, rebuild};
use palmette_ops::{Class, Error, ImageIndex, Node, Op, Place, TreeLimits};
use proptest::prelude::*;

type Tree = Node<u8, u8, u8>;
type List = Vec<Op<u8, u8>>;

const UNLIMITED: TreeLimits = TreeLimits { max_sources: u32::MAX, max_steps: usize::MAX, max_depth: usize::MAX };

fn any_tree() -> impl Strategy<Value = Tree> {
    let leaf = any::<u8>().prop_map(Node::new);
    leaf.prop_recursive(6, 40, 6, |inner| {
        let step = prop_oneof![
            any::<u8>().prop_map(|options| (options, None)),
            (any::<u8>(), inner).prop_map(|(options, child)| (options, Some(child))),
        ];
        (any::<u8>(), prop::collection::vec(step, 0..6)).prop_map(|(source, steps)| {
            steps.into_iter().fold(Node::new(source), |node, (options, child)| match child {
                Some(child) => node.draw(child, options),
                None => node.transform(options),
            })
        })
    })
}

fn any_op(nodes: u32) -> impl Strategy<Value = Op<u8, u8>> {
    let index = move || (0..nodes).prop_map(ImageIndex);
    prop_oneof![
        (index(), any::<u8>()).prop_map(|(image_index, options)| Op::Transform { image_index, options }),
        (index(), index(), any::<u8>()).prop_map(|(draw_image_index, target_image_index, options)| Op::Draw {
            draw_image_index,
            target_image_index,
            options
        }),
    ]
}

/// A change to a list: at one place, to another, with something new.
#[derive(Clone, Debug)]
enum Mutation {
    Remove(prop::sample::Index),
    Repeat(prop::sample::Index),
    Swap(prop::sample::Index, prop::sample::Index),
    Insert(prop::sample::Index, Op<u8, u8>),
    Replace(prop::sample::Index, Op<u8, u8>),
}

fn any_mutation() -> impl Strategy<Value = Mutation> {
    let place = any::<prop::sample::Index>;
    prop_oneof![
        place().prop_map(Mutation::Remove),
        place().prop_map(Mutation::Repeat),
        (place(), place()).prop_map(|(a, b)| Mutation::Swap(a, b)),
        (place(), any_op(8)).prop_map(|(at, op)| Mutation::Insert(at, op)),
        (place(), any_op(8)).prop_map(|(at, op)| Mutation::Replace(at, op)),
    ]
}

fn mutate(list: &mut List, mutation: Mutation) {
    let length = list.len();
    match mutation {
        Mutation::Insert(at, op) => list.insert(at.index(length + 1), op),
        _ if list.is_empty() => {}
        Mutation::Remove(at) => drop(list.remove(at.index(length))),
        Mutation::Repeat(at) => list.push(list[at.index(length)].clone()),
        Mutation::Swap(a, b) => list.swap(a.index(length), b.index(length)),
        Mutation::Replace(at, op) => list[at.index(length)] = op,
    }
}

/// Checks what holds for every list: it is a flattened tree, or it is refused at a place that it has.
fn assert_valid_or_located(source_count: usize, list: &List) {
    let sources: Vec<_> = (0..source_count).collect();
    match rebuild(sources.clone(), list.clone(), &UNLIMITED) {
        Ok(tree) => assert_eq!(flatten(tree), (sources, list.clone())),
        Err(error) => {
            assert_eq!(error.class(), Class::Caller);
            match error {
                Error::At { place, .. } => {
                    assert!((0..list.len()).any(|position| Place::of_entry(list, position) == place), "{place}");
                }
                Error::NeverDrawn { node } => assert!((node.0 as usize) < source_count, "{node}"),
                error => panic!("{error} names no place"),
            }
        }
    }
}

proptest! {
    #[test]
    fn trees_survive_flattening(tree in any_tree()) {
        let (sources, list) = flatten(tree.clone());
        prop_assert_eq!(rebuild(sources, list, &UNLIMITED).unwrap(), tree);
    }

    #[test]
    fn trees_are_numbered_in_one_count(tree in any_tree()) {
        let (sources, list) = flatten(tree);
        let mut drawn: Vec<_> = list.iter().filter_map(|op| match op {
            Op::Draw { draw_image_index, .. } => Some(draw_image_index.0 as usize),
            Op::Transform { .. } => None,
        }).collect();
        drawn.sort_unstable();
        prop_assert_eq!(drawn, (1..sources.len()).collect::<Vec<_>>());
    }

    #[test]
    fn mutated_lists_are_valid_or_refused_by_position(
        tree in any_tree(),
        mutations in prop::collection::vec(any_mutation(), 1..4),
    ) {
        let (sources, mut list) = flatten(tree);
        for mutation in mutations {
            mutate(&mut list, mutation);
        }
        assert_valid_or_located(sources.len(), &list);
    }

    #[test]
    fn random_lists_are_valid_or_refused_by_position(
        source_count in 1_usize..5,
        list in prop::collection::vec(any_op(5), 0..8),
    ) {
        assert_valid_or_located(source_count, &list);
    }
}

#[test]
fn short_lists_are_all_valid_or_refused_by_position() {
    let nodes = || (0..3).map(ImageIndex);
    let transforms = nodes().map(|image_index| Op::Transform { image_index, options: 0 });
    let draws = nodes().flat_map(|draw_image_index| {
        nodes().map(move |target_image_index| Op::Draw { draw_image_index, target_image_index, options: 0 })
    });
    let ops: List = transforms.chain(draws).collect();
    let mut lists: Vec<List> = vec![Vec::new()];
    let mut valid = 0;
    for _ in 0..=4 {
        for list in &lists {
            assert_valid_or_located(3, list);
            valid += u32::from(check(3, list, &UNLIMITED).is_ok());
        }
        let longer =
            |list: &List| ops.iter().map(|op| list.iter().cloned().chain([op.clone()]).collect()).collect::<Vec<_>>();
        lists = lists.iter().flat_map(longer).collect();
    }
    // By hand: three nodes make two shapes, a chain and a pair. Two draws alone: 2 lists. With one transform, a chain has
    // 5 places for it (canvas before and after, node 1 before and after, node 2) and a pair 5 (canvas three, each child
    // one): 10. With two transforms, 5 places taken twice, in order: 15 each, 30.
    assert_eq!(valid, 2 + 10 + 30);
}
