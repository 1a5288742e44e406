//! A handler with types of its own: what it takes, what it returns, and how it fails.
use lambda_runtime::{Diagnostic, Error, LambdaEvent, run, service_fn, tracing};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
struct Order {
    item: Item,
    quantity: u32,
}

#[derive(Deserialize)]
struct Item {
    name: String,
    price: f64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Receipt {
    item_name: String,
    total_price: f64,
    note: Option<String>,
}

#[derive(Debug)]
struct SoldOut(String);

impl From<SoldOut> for Diagnostic {
    fn from(SoldOut(name): SoldOut) -> Self {
        Diagnostic {
            error_type: "Shop.SoldOut".into(),
            error_message: format!("No {name} left"),
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    tracing::init_default_subscriber();
    run(service_fn(order)).await
}

async fn order(event: LambdaEvent<Order>) -> Result<Receipt, SoldOut> {
    let Order { item, quantity } = event.payload;
    tracing::info!(quantity, "ordered");
    if quantity > 10 {
        return Err(SoldOut(item.name));
    }
    Ok(Receipt {
        total_price: item.price * f64::from(quantity),
        item_name: item.name,
        note: None,
    })
}
